//! Messages, mail, social networks, media.

use mcpgov_engine::scan::pattern::Proof;

use super::{
    Format,
    Severity::{Critical, High, Low, Medium},
    uuid,
};

pub(super) const FORMATS: &[Format] = &[
    Format::new(
        "Slack",
        "slack_bot_token",
        Critical,
        r"xoxb-[0-9]{8,14}-(?:[0-9]{8,14}-)?[0-9A-Za-z]{18,34}",
    )
    .page("https://api.slack.com/concepts/token-types"),
    Format::new("Slack", "slack_user_token", Critical, r"xox[pe]-(?:[0-9]{8,14}-){2,3}[0-9A-Za-z-]{24,40}")
        .page("https://api.slack.com/concepts/token-types"),
    Format::new(
        "Slack",
        "slack_app_token",
        Critical,
        r"xapp-[0-9]-[0-9A-Z]{8,14}-[0-9]{8,14}-[0-9a-z]{32,80}",
    )
    .page("https://api.slack.com/concepts/token-types"),
    Format::new("Slack", "slack_app_token_old", High, r"xapp-[0-9]{8,14}-[0-9A-Za-z/+]{20,40}"),
    Format::new("Slack", "slack_config_token", Critical, r"xoxe\.xox[bp]-[0-9]-[0-9A-Za-z]{120,170}")
        .page("https://api.slack.com/authentication/rotation"),
    Format::new("Slack", "slack_refresh_token", Critical, r"xoxe-[0-9]-[0-9A-Za-z]{120,150}")
        .page("https://api.slack.com/authentication/rotation"),
    Format::new("Slack", "slack_workspace_token", High, r"xox[ar]-(?:[0-9]-)?[0-9A-Za-z]{8,48}")
        .page("https://api.slack.com/concepts/token-types"),
    Format::new(
        "Slack",
        "slack_legacy_token",
        High,
        r"xox[os]-[0-9]{4,14}-[0-9]{4,14}-[0-9]{4,14}-[0-9a-fA-F]{8,64}",
    )
    .page("https://api.slack.com/concepts/token-types"),
    Format::new(
        "Slack",
        "slack_session_token",
        Critical,
        r"xoxc-[0-9]{8,16}-[0-9]{8,16}-[0-9]{8,16}-[0-9a-f]{64}",
    )
    .page("https://api.slack.com/concepts/token-types"),
    Format::new("Slack", "slack_session_cookie", Critical, r"xoxd-[0-9A-Za-z+/%_-]{80,300}={0,2}")
        .page("https://api.slack.com/concepts/token-types"),
    Format::new(
        "Slack",
        "slack_webhook",
        High,
        r"hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/[0-9A-Za-z+/]{20,90}",
    )
    .entropy(2.0)
    .page("https://api.slack.com/messaging/webhooks"),
    Format::new(
        "Discord",
        "discord_bot_token",
        Critical,
        r"[MNO][DTjz][AEIMQUYcgk][0-5w-z][0-9A-Za-z_-]{20,24}\.[0-9A-Za-z_-]{6}\.[0-9A-Za-z_-]{27,38}",
    )
    .entropy(3.5)
    .proof(Proof::Mixed)
    .page("https://discord.com/developers/docs/reference#authentication"),
    Format::new("Discord", "discord_token", High, r"[0-9a-f]{64}|[\w=-]{32}")
        .near(&["discord"])
        .proof(Proof::None)
        .page("https://discord.com/developers/docs/topics/oauth2"),
    Format::new("Discord", "discord_client_id", Low, r"[0-9]{17,20}")
        .near(&["discord"])
        .entropy(2.0)
        .proof(Proof::None)
        .page("https://discord.com/developers/docs/reference#snowflakes"),
    Format::new(
        "Discord",
        "discord_webhook",
        High,
        r"discord(?:app)?\.com/api/webhooks/[0-9]{17,20}/([\w-]{60,72})",
    )
    .page("https://discord.com/developers/docs/resources/webhook"),
    Format::new("Telegram", "telegram_bot_token", High, r"(?:bot)?([0-9]{5,16}:A[0-9A-Za-z_-]{33,34})")
        .entropy(3.0)
        .page("https://core.telegram.org/bots/api#authorizing-your-bot"),
    Format::new("Mattermost", "mattermost_token", High, r"[0-9a-z]{26}")
        .near(&["mattermost"])
        .page("https://developers.mattermost.com/integrate/reference/personal-access-token/"),
    // Its ids are base32 in an alphabet of their own.
    Format::new("Mattermost", "mattermost_webhook", Medium, r"/hooks/([13-9a-km-uw-z]{26})")
        .proof(Proof::Mixed)
        .page("https://developers.mattermost.com/integrate/webhooks/incoming/"),
    Format::new("Zulip", "zulip_key", High, r"[0-9A-Za-z]{32}")
        .near(&["zulip"])
        .page("https://zulip.com/api/api-keys"),
    Format::new("Rocket.Chat", "rocketchat_token", High, r"[\w-]{43}")
        .near(&["rocketchat", "x-auth-token"])
        .page("https://developer.rocket.chat/"),
    Format::new("Lark", "lark_app_id", Low, r"cli_[0-9A-Za-z]{16}")
        .page("https://open.larksuite.com/document/"),
    Format::new("Lark", "lark_secret", High, r"[0-9A-Za-z]{32}")
        .near(&["lark", "feishu"])
        .page("https://open.larksuite.com/document/"),
    Format::new(
        "Lark",
        "lark_webhook",
        Medium,
        concat!(r"open\.(?:feishu\.cn|larksuite\.com)/open-apis/bot/v2/hook/(", uuid!(), ")"),
    ),
    Format::new(
        "DingTalk",
        "dingtalk_webhook",
        Medium,
        r"oapi\.dingtalk\.com/robot/send\?access_token=([0-9a-f]{64})",
    )
    .page("https://open.dingtalk.com/document/"),
    Format::new(
        "Tencent",
        "wecom_webhook",
        Medium,
        concat!(r"qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=(", uuid!(), ")"),
    ),
    Format::new("Zoom", "zoom_webhook_secret", High, r"[\w-]{22}")
        .near(&["zoom"])
        .page("https://developers.zoom.us/docs/"),
    Format::new("Gitter", "gitter_token", High, r"[\w-]{40}").near(&["gitter"]),
    Format::new("Sendbird", "sendbird_app_id", Low, uuid!())
        .near(&["sendbird"])
        .page("https://sendbird.com/docs/chat/platform-api"),
    Format::new("Sendbird", "sendbird_token", High, r"[0-9a-f]{40}")
        .near(&["sendbird"])
        .page("https://sendbird.com/docs/chat/platform-api"),
    Format::new("Pusher", "pusher_secret", High, r"[0-9a-f]{20}")
        .near(&["pusher"])
        .page("https://pusher.com/docs/channels/"),
    Format::new("Ably", "ably_key", High, r"[\w-]{6}\.[\w-]{6}:[\w-]{43}")
        .near(&["ably"])
        .page("https://ably.com/docs/auth/basic"),
    Format::new("Stream", "stream_secret", High, r"[0-9a-z]{64}").near(&[
        "getstream",
        "stream_api",
        "stream_secret",
    ]),
    Format::new("Twilio", "twilio_api_key", High, r"SK(?:[0-9a-fx]{32}|[0-9A-F]{32})")
        .entropy(0.0)
        .page("https://www.twilio.com/docs/iam/api-keys"),
    Format::new("Twilio", "twilio_account_sid", Low, r"AC[0-9a-fx]{32}")
        .entropy(0.0)
        .page("https://www.twilio.com/docs/iam/api/account")
        .near(&["twilio"]),
    Format::new("Twilio", "twilio_auth_token", Critical, r"[0-9a-f]{32}")
        .near(&["twilio"])
        .page("https://www.twilio.com/docs/iam/access-tokens"),
    Format::new("Twilio", "sendgrid_key", Critical, r"SG\.[\w=-]{22}\.[\w=-]{43}|SG\.[\w=.-]{66}")
        .page("https://www.twilio.com/docs/sendgrid/ui/account-and-settings/api-keys"),
    Format::new("Mailgun", "mailgun_key", Critical, r"key-[0-9a-f]{32}")
        .page("https://documentation.mailgun.com/docs/mailgun/api-reference/authentication"),
    Format::new(
        "Mailgun",
        "mailgun_key_assigned",
        Critical,
        r"(?:key-)?[0-9a-f]{32}(?:-[0-9a-f]{8}-[0-9a-f]{8})?|pubkey-[0-9a-f]{32}",
    )
    .near(&["mailgun", "mg_api"])
    .page("https://documentation.mailgun.com/docs/mailgun/api-reference/authentication"),
    Format::new("Mailgun", "mailgun_signing_key", High, r"[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}")
        .near(&["mailgun", "mg_"]),
    Format::new("Intuit", "mailchimp_key", High, r"[0-9a-f]{32}-us[0-9]{1,2}")
        .page("https://mailchimp.com/developer/marketing/guides/quick-start/"),
    Format::new("Intuit", "mandrill_key", High, r"md-[0-9A-Za-z_-]{22}")
        .page("https://mailchimp.com/developer/transactional/guides/quick-start/"),
    Format::new("Postmark", "postmark_token", High, uuid!())
        .near(&["postmark"])
        .page("https://postmarkapp.com/developer/api/overview"),
    Format::new("Brevo", "brevo_key", Critical, r"xkeysib-[0-9a-f]{64}-[0-9A-Za-z]{16}")
        .page("https://developers.brevo.com/docs/getting-started"),
    Format::new("Brevo", "brevo_smtp_key", High, r"xsmtpsib-[0-9a-f]{64}-[0-9A-Za-z]{16}")
        .page("https://developers.brevo.com/docs/getting-started"),
    Format::new("Resend", "resend_key", High, r"re_[0-9A-Za-z]{8}_[0-9A-Za-z]{24}")
        .page("https://resend.com/docs/dashboard/api-keys/introduction"),
    Format::new("SparkPost", "sparkpost_key", High, r"[0-9a-f]{40}")
        .near(&["sparkpost"])
        .page("https://developers.sparkpost.com/api/"),
    Format::new("Mailjet", "mailjet_key", High, r"[0-9a-f]{32}")
        .near(&["mailjet"])
        .page("https://dev.mailjet.com/"),
    Format::new("MailerSend", "mailersend_token", High, r"mlsn\.[0-9a-f]{64}")
        .page("https://developers.mailersend.com/"),
    Format::new("Loops", "loops_key", High, r"[0-9a-f]{32}").near(&["loops_api"]),
    Format::new("Customer.io", "customerio_key", High, r"[0-9a-f]{20,32}").near(&[
        "customerio",
        "customer_io",
        "customer.io",
    ]),
    Format::new("Klaviyo", "klaviyo_key", High, r"pk_[0-9a-f]{34}")
        .page("https://developers.klaviyo.com/en/docs/retrieve_api_credentials"),
    Format::new("Bird", "messagebird_key", High, concat!("[0-9A-Za-z]{25}|", uuid!()))
        .near(&["messagebird", "message-bird", "message_bird"])
        .page("https://developers.messagebird.com/api/"),
    Format::new("Vonage", "vonage_secret", High, r"[0-9A-Za-z]{16}")
        .near(&["vonage", "nexmo"])
        .page("https://developer.vonage.com/en/getting-started/concepts/authentication"),
    Format::new("Plivo", "plivo_auth_id", Low, r"[MS]A[0-9A-Z]{18}")
        .near(&["plivo"])
        .page("https://www.plivo.com/docs/"),
    Format::new("Plivo", "plivo_token", High, r"[0-9A-Za-z]{40}")
        .near(&["plivo"])
        .page("https://www.plivo.com/docs/"),
    Format::new("Telnyx", "telnyx_key", High, r"KEY0[0-9A-F]{31,34}_[0-9A-Za-z]{22}")
        .page("https://developers.telnyx.com/"),
    Format::new("OneSignal", "onesignal_key", High, r"os_v2_(?:app|org)_[0-9a-z]{90,110}")
        .page("https://documentation.onesignal.com/docs/keys-and-ids"),
    Format::new("Meta", "facebook_access_token", High, r"EAA[0-9A-Za-z]{90,500}")
        .entropy(5.0)
        .page("https://developers.facebook.com/docs/facebook-login/guides/access-tokens"),
    Format::new("Meta", "facebook_short_token", High, r"EAA[0-9A-Za-z]{20,500}").near(&[
        "facebook",
        "fb_",
        "instagram",
        "whatsapp",
    ]),
    Format::new("Meta", "facebook_page_token", High, r"EAACEdEose0cBA[0-9A-Za-z]{20,500}")
        .page("https://developers.facebook.com/docs/pages/access-tokens"),
    Format::new("Meta", "facebook_app_token", High, r"[0-9]{15,16}(?:\||%)[\w-]{27,40}")
        .entropy(3.0)
        .with(&["facebook", "fb_"])
        .page("https://developers.facebook.com/docs/facebook-login/guides/access-tokens"),
    Format::new("Meta", "facebook_secret", High, r"[0-9a-f]{32}")
        .near(&["facebook", "fb_app", "fbapi", "fb_api", "fb_secret", "fbapp"])
        .page("https://developers.facebook.com/docs/development/create-an-app/app-dashboard/basic-settings"),
    Format::new("Meta", "instagram_token", High, r"IG[QA][A-Z][0-9A-Za-z_-]{80,400}")
        .page("https://developers.facebook.com/docs/instagram-platform/"),
    Format::new("X", "twitter_bearer_token", High, r"A{20}[0-9A-Za-z%]{50,130}")
        .entropy(3.0)
        .page("https://docs.x.com/fundamentals/authentication/oauth-2-0/bearer-tokens"),
    Format::new("X", "twitter_key", High, r"[0-9A-Za-z]{25}|[0-9A-Za-z]{18,22}")
        .near(&["twitter"])
        .page("https://docs.x.com/fundamentals/authentication/"),
    Format::new("X", "twitter_secret", High, r"[0-9A-Za-z]{40,50}")
        .near(&["twitter"])
        .page("https://docs.x.com/fundamentals/authentication/"),
    Format::new("X", "twitter_access_token", High, r"[0-9]{15,25}-[0-9A-Za-z]{20,40}")
        .near(&["twitter"])
        .page("https://docs.x.com/fundamentals/authentication/"),
    Format::new("LinkedIn", "linkedin_client_id", Low, r"[0-9A-Za-z]{12,14}")
        .near(&["linkedin", "linked_in", "linked-in"])
        .page("https://learn.microsoft.com/linkedin/shared/authentication/"),
    Format::new("LinkedIn", "linkedin_client_secret", High, r"[0-9A-Za-z]{16}")
        .near(&["linkedin", "linked_in", "linked-in"])
        .page("https://learn.microsoft.com/linkedin/shared/authentication/"),
    Format::new(
        "LinkedIn",
        "linkedin_new_secret",
        High,
        r"WPL_AP[0-9]\.[0-9A-Za-z]{16}\.[0-9A-Za-z+/=]{6,10}",
    )
    .page("https://learn.microsoft.com/linkedin/shared/authentication/"),
    Format::new("Twitch", "twitch_token", High, r"[0-9a-z]{30}")
        .near(&["twitch"])
        .page("https://dev.twitch.tv/docs/authentication/"),
    Format::new("Twitch", "twitch_stream_key", High, r"live_[0-9]{6,12}_[0-9A-Za-z]{30,34}")
        .page("https://help.twitch.tv/s/article/twitch-stream-key-faq"),
    Format::new("Spotify", "spotify_secret", High, r"[0-9a-f]{32}")
        .near(&["spotify"])
        .page("https://developer.spotify.com/documentation/web-api/concepts/apps"),
    Format::new("Flickr", "flickr_key", Medium, r"[0-9A-Za-z]{32}|[0-9a-f]{16}")
        .near(&["flickr"])
        .page("https://www.flickr.com/services/api/misc.api_keys.html"),
    Format::new("Giphy", "giphy_key", Low, r"[0-9A-Za-z]{32}")
        .near(&["giphy"])
        .page("https://developers.giphy.com/docs/api/"),
    Format::new("Imgur", "imgur_secret", Medium, r"[0-9a-f]{40}")
        .near(&["imgur"])
        .page("https://apidocs.imgur.com/"),
    Format::new("Reddit", "reddit_secret", High, r"[\w-]{27,30}")
        .near(&["reddit"])
        .page("https://github.com/reddit-archive/reddit/wiki/OAuth2"),
    Format::new("Pinterest", "pinterest_token", High, r"pin[ar]_[0-9A-Za-z_-]{40,100}")
        .page("https://developers.pinterest.com/docs/getting-started/"),
    Format::new("Snap", "snapchat_secret", High, r"[0-9a-f]{40}").near(&["snapchat"]),
    Format::new("Frame.io", "frameio_token", High, r"fio-u-[\w=-]{64}")
        .page("https://developer.adobe.com/frameio/guides/"),
    Format::new("Vimeo", "vimeo_token", Medium, r"[0-9a-f]{32}")
        .near(&["vimeo"])
        .page("https://developer.vimeo.com/api/authentication"),
    Format::new(
        "YouTube",
        "youtube_stream_key",
        Medium,
        r"[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}",
    )
    .near(&["stream_key", "streamkey", "stream-key", "youtube"]),
    Format::new("Livekit", "livekit_key", High, r"API[0-9A-Za-z]{12,13}")
        .near(&["livekit"])
        .page("https://docs.livekit.io/"),
    Format::new("Mux", "mux_token", High, uuid!()).near(&["mux_token"]).page("https://www.mux.com/docs/"),
    Format::new("Slack", "slack_other_token", High, r"xox[a-z]-[0-9A-Za-z]{1,20}-[0-9A-Za-z-]{10,250}")
        .entropy(3.0)
        .proof(Proof::Mixed)
        .page("https://api.slack.com/concepts/token-types"),
    Format::new("Discord", "discord_mfa_token", Critical, r"mfa\.[\w-]{84}")
        .page("https://discord.com/developers/docs/reference#authentication"),
    Format::new("Matrix", "matrix_token", High, r"syt_[0-9A-Za-z]{4,100}_[0-9A-Za-z]{20}_[0-9A-Za-z]{6}")
        .page("https://spec.matrix.org/latest/client-server-api/#client-authentication"),
    Format::new("Bluesky", "bluesky_app_password", High, r"[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}")
        .near(&["bluesky", "bsky"])
        .page("https://docs.bsky.app/"),
    Format::new("VK", "vk_token", High, r"vk1\.a\.[\w-]{150,260}")
        .page("https://dev.vk.com/api/access-token"),
    Format::new("LINE", "line_channel_token", High, r"[0-9A-Za-z+/]{160,180}={0,2}")
        .near(&["line_channel", "line_access", "line_token", "line_bot"])
        .page("https://developers.line.biz/en/docs/"),
    Format::new("Tencent", "wechat_app_id", Low, r"wx[0-9a-f]{16}")
        .page("https://developers.weixin.qq.com/doc/"),
    Format::new("Discourse", "discourse_key", High, r"[0-9a-f]{64}")
        .near(&["discourse"])
        .page("https://docs.discourse.org/"),
    Format::new("PubNub", "pubnub_secret", High, r"sec-c-[0-9A-Za-z]{48}")
        .page("https://www.pubnub.com/docs/"),
    Format::new(
        "PubNub",
        "pubnub_key",
        Low,
        r"[ps]ub-c-[0-9a-z]{8}-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{12}",
    )
    .page("https://www.pubnub.com/docs/"),
    Format::new("Kit", "kit_key", Medium, r"kit_[0-9a-f]{32}").page("https://developers.kit.com/"),
];
