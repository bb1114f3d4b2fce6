//! Shops, shipping, support, marketing, work.

use mcpgov_engine::scan::pattern::Proof;

use super::{
    Format,
    Severity::{Critical, High, Low, Medium},
    uuid,
};

pub(super) const FORMATS: &[Format] = &[
    Format::new("Shopify", "shopify_token", Critical, r"shp(?:at|ca|pa|ua|tka)_[0-9A-Za-z]{32}")
        .page("https://shopify.dev/docs/apps/build/authentication-authorization"),
    Format::new("Shopify", "shopify_shared_secret", Critical, r"shpss_[0-9A-Za-z]{32}")
        .page("https://shopify.dev/docs/apps/build/authentication-authorization"),
    Format::new("Shopify", "shopify_domain", Low, r"[0-9a-z-]{3,60}\.myshopify\.com")
        .page("https://shopify.dev/docs/api"),
    Format::new("Squarespace", "squarespace_key", High, uuid!())
        .near(&["squarespace"])
        .page("https://developers.squarespace.com/commerce-apis/authentication-and-permissions"),
    Format::new("WooCommerce", "woocommerce_key", High, r"c[ks]_[0-9a-f]{40}")
        .page("https://woocommerce.github.io/woocommerce-rest-api-docs/"),
    Format::new("BigCommerce", "bigcommerce_token", High, r"[0-9a-z]{31}")
        .near(&["bigcommerce"])
        .page("https://developer.bigcommerce.com/docs/start/authentication"),
    Format::new("Etsy", "etsy_key", High, r"[0-9A-Za-z]{24}")
        .near(&["etsy"])
        .page("https://developers.etsy.com/documentation/"),
    Format::new(
        "eBay",
        "ebay_client_id",
        Low,
        r"[0-9A-Za-z]{2,30}-[0-9A-Za-z]{2,30}-(?:PRD|SBX)-[0-9a-f]{8,9}-[0-9a-f]{8}",
    )
    .page("https://developer.ebay.com/api-docs/static/gs_create-the-ebay-api-keysets.html"),
    Format::new(
        "eBay",
        "ebay_client_secret",
        High,
        r"(?:PRD|SBX)-[0-9a-f]{8,12}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4,8}",
    )
    .page("https://developer.ebay.com/api-docs/static/gs_create-the-ebay-api-keysets.html"),
    Format::new("EasyPost", "easypost_key", High, r"EZ[AT]K[0-9A-Za-z]{54}")
        .page("https://docs.easypost.com/docs/authentication"),
    Format::new("Shippo", "shippo_token", High, r"shippo_(?:live|test)_[0-9a-fA-F]{40}")
        .page("https://docs.goshippo.com/docs/guides_general/authentication/"),
    Format::new("Lob", "lob_key", High, r"(?:live|test)_[0-9a-f]{35}").page("https://docs.lob.com/"),
    Format::new("Lob", "lob_publishable_key", Low, r"(?:live|test)_pub_[0-9a-f]{31}")
        .page("https://docs.lob.com/"),
    Format::new("Duffel", "duffel_token", High, r"duffel_(?:test|live)_[\w=-]{43}")
        .page("https://duffel.com/docs/api/overview/making-requests/authentication"),
    Format::new("Amadeus", "amadeus_secret", Medium, r"[0-9A-Za-z]{16}")
        .near(&["amadeus"])
        .page("https://developers.amadeus.com/"),
    Format::new("HubSpot", "hubspot_token", High, concat!("pat-(?:na|eu|ap)[0-9]-", uuid!()))
        .page("https://developers.hubspot.com/docs/guides/apps/private-apps/overview"),
    Format::new("HubSpot", "hubspot_key", High, uuid!())
        .near(&["hubspot", "hapikey"])
        .page("https://developers.hubspot.com/docs/guides/apps/authentication/intro-to-auth"),
    Format::new("Intercom", "intercom_token", High, r"[\w=-]{60}")
        .near(&["intercom"])
        .page("https://developers.intercom.com/docs/build-an-integration/learn-more/authentication"),
    Format::new("Zendesk", "zendesk_token", High, r"[0-9A-Za-z]{40}")
        .near(&["zendesk"])
        .page("https://developer.zendesk.com/api-reference/introduction/security-and-auth/"),
    Format::new("Freshworks", "freshworks_key", High, r"[0-9A-Za-z]{20}")
        .near(&["freshdesk", "freshworks", "freshservice", "freshsales"])
        .page("https://developers.freshdesk.com/api/"),
    Format::new("Front", "front_token", High, r"eyJ[\w-]{20,100}\.eyJ[\w-]{40,300}\.[\w-]{43}")
        .near(&["front_api", "frontapp"])
        .proof(Proof::None),
    Format::new("Help Scout", "helpscout_secret", High, r"[0-9A-Za-z]{32}")
        .near(&["helpscout", "help_scout"]),
    Format::new("Pipedrive", "pipedrive_token", High, r"[0-9a-f]{40}")
        .near(&["pipedrive"])
        .page("https://pipedrive.readme.io/docs/how-to-find-the-api-token"),
    Format::new("Close", "close_key", High, r"api_[0-9A-Za-z]{22}\.[0-9A-Za-z]{22}")
        .page("https://developer.close.com/topics/authentication/"),
    Format::new("Attio", "attio_key", High, r"[0-9a-f]{64}").near(&["attio"]),
    Format::new("Segment", "segment_token", High, r"sgp_[0-9A-Za-z]{64}")
        .page("https://docs.segmentapis.com/"),
    Format::new("Segment", "segment_write_key", Medium, r"[0-9A-Za-z]{32}")
        .near(&["segment_write", "segment_key", "segment_api", "segmentwrite"])
        .page("https://segment.com/docs/connections/find-writekey/"),
    Format::new("Amplitude", "amplitude_key", Medium, r"[0-9a-f]{32}")
        .near(&["amplitude"])
        .page("https://amplitude.com/docs/apis/authentication"),
    Format::new("Mixpanel", "mixpanel_secret", Medium, r"[0-9a-f]{32}|[0-9A-Za-z]{32}")
        .near(&["mixpanel"])
        .page("https://developer.mixpanel.com/reference/authentication"),
    Format::new("PostHog", "posthog_key", High, r"ph[xsa]_[0-9A-Za-z]{43,48}")
        .page("https://posthog.com/docs/api"),
    Format::new("PostHog", "posthog_project_key", Low, r"phc_[0-9A-Za-z]{43}")
        .page("https://posthog.com/docs/api"),
    Format::new("Beamer", "beamer_token", Medium, r"b_[\w=-]{44}")
        .near(&["beamer"])
        .page("https://www.getbeamer.com/api"),
    Format::new("Typeform", "typeform_token", High, r"tfp_[\w.=-]{40,59}")
        .page("https://www.typeform.com/developers/get-started/personal-access-token/"),
    Format::new("SurveyMonkey", "surveymonkey_token", Medium, r"[0-9A-Za-z.-]{80,100}")
        .near(&["surveymonkey"])
        .page("https://api.surveymonkey.com/v3/docs"),
    Format::new("Jotform", "jotform_key", Medium, r"[0-9a-f]{32}")
        .near(&["jotform"])
        .page("https://api.jotform.com/docs/"),
    Format::new("Calendly", "calendly_token", High, r"eyJ[\w-]{20,100}\.eyJ[\w-]{40,400}\.[\w-]{43,100}")
        .near(&["calendly"])
        .proof(Proof::None)
        .page("https://developer.calendly.com/"),
    Format::new("Cal.com", "cal_key", Medium, r"cal_(?:live_)?[0-9a-f]{32}")
        .page("https://cal.com/docs/api-reference"),
    Format::new("Asana", "asana_client_id", Low, r"[0-9]{16}")
        .near(&["asana"])
        .entropy(2.0)
        .proof(Proof::None)
        .page("https://developers.asana.com/docs/oauth"),
    Format::new("Asana", "asana_client_secret", High, r"[0-9A-Za-z]{32}")
        .near(&["asana"])
        .page("https://developers.asana.com/docs/oauth"),
    Format::new("Asana", "asana_pat", High, r"[0-2]/[0-9]{13,20}(?:/[0-9]{13,20})?:[0-9a-f]{32}")
        .near(&["asana"])
        .page("https://developers.asana.com/docs/personal-access-token"),
    Format::new("ClickUp", "clickup_token", High, r"pk_[0-9]{6,10}_[0-9A-Z]{32}")
        .page("https://developer.clickup.com/docs/authentication"),
    Format::new("monday.com", "monday_token", High, r"eyJhbGciOiJIUzI1NiJ9\.[\w-]{40,400}\.[\w-]{43}")
        .near(&["monday"])
        .proof(Proof::None)
        .page("https://developer.monday.com/api-reference/docs/authentication"),
    Format::new("Linear", "linear_key", High, r"lin_(?:api|oauth|wh)_[0-9A-Za-z]{40,64}")
        .page("https://linear.app/developers/graphql"),
    Format::new("Linear", "linear_client_secret", High, r"[0-9a-f]{32}")
        .near(&["linear"])
        .page("https://linear.app/developers/oauth-2-0-authentication"),
    Format::new("Trello", "trello_token", High, r"ATTA[0-9a-f]{64}[0-9A-F]{8}")
        .page("https://developer.atlassian.com/cloud/trello/guides/rest-api/authorization/"),
    Format::new("Trello", "trello_key", High, r"[0-9a-f]{32}|[0-9a-f]{64}")
        .near(&["trello"])
        .page("https://developer.atlassian.com/cloud/trello/guides/rest-api/authorization/"),
    Format::new("Todoist", "todoist_token", Medium, r"[0-9a-f]{40}")
        .near(&["todoist"])
        .page("https://developer.todoist.com/"),
    Format::new("Miro", "miro_token", Medium, r"[\w-]{27}")
        .near(&["miro_"])
        .page("https://developers.miro.com/"),
    Format::new("Canva", "canva_secret", High, r"cnvca[\w-]{50,60}")
        .page("https://www.canva.dev/docs/connect/authentication/"),
    Format::new("DocuSign", "docusign_key", High, uuid!())
        .near(&["docusign"])
        .page("https://developers.docusign.com/"),
    Format::new(
        "Zapier",
        "zapier_webhook",
        Medium,
        r"hooks\.zapier\.com/hooks/catch/([0-9A-Za-z]{4,20}(?:/[0-9A-Za-z]{4,20})?)",
    )
    .page("https://zapier.com/apps/webhook/integrations"),
    Format::new("Make", "make_webhook", Medium, r"hook\.(?:[a-z]{2}[0-9]\.)?make\.com/([0-9a-z]{32})")
        .page("https://www.make.com/en/help/tools/webhooks"),
    Format::new(
        "IFTTT",
        "ifttt_key",
        Medium,
        r"maker\.ifttt\.com/trigger/[\w-]{1,80}/(?:json/)?with/key/([\w-]{20,50})",
    )
    .page("https://ifttt.com/maker_webhooks"),
    Format::new(
        "Workato",
        "workato_token",
        High,
        r"wrka[a-z]{0,4}-eyJ[\w-]{10,500}\.[\w-]{10,2000}\.[\w-]{20,1000}",
    )
    .page("https://docs.workato.com/workato-api.html"),
    Format::new("n8n", "n8n_key", High, r"n8n_api_[0-9a-f]{60,80}")
        .page("https://docs.n8n.io/api/authentication/"),
    Format::new("Merge", "merge_key", High, r"[\w-]{64}").near(&["merge_api"]),
    Format::new("Crunchbase", "crunchbase_key", Medium, r"[0-9a-f]{32}").near(&["crunchbase"]),
    Format::new("Clearbit", "clearbit_key", Medium, r"sk_[0-9a-f]{32}").page("https://clearbit.com/docs"),
    Format::new("Hunter", "hunter_key", Medium, r"[0-9a-f]{40}")
        .near(&["hunter_api", "hunter.io", "hunterio"])
        .page("https://hunter.io/api-documentation/v2"),
    Format::new("Strava", "strava_secret", Medium, r"[0-9a-f]{40}")
        .near(&["strava"])
        .page("https://developers.strava.com/docs/authentication/"),
    Format::new("Fitbit", "fitbit_secret", Medium, r"[0-9a-f]{32}")
        .near(&["fitbit"])
        .page("https://dev.fitbit.com/"),
    Format::new("Unsplash", "unsplash_key", Low, r"[\w-]{43}")
        .near(&["unsplash"])
        .page("https://unsplash.com/documentation"),
    Format::new("DeepL", "deepl_key", Medium, concat!(uuid!(), "(?::fx)?"))
        .near(&["deepl"])
        .page("https://developers.deepl.com/docs/getting-started/auth"),
    Format::new("Lokalise", "lokalise_token", Medium, r"[0-9a-f]{40}")
        .near(&["lokalise"])
        .page("https://developers.lokalise.com/"),
    Format::new("Crowdin", "crowdin_token", Medium, r"[0-9a-f]{80}")
        .near(&["crowdin"])
        .page("https://support.crowdin.com/"),
    Format::new("Teamwork", "teamwork_token", High, r"tkn\.v1_[\w-]{60,90}={0,2}")
        .page("https://apidocs.teamwork.com/"),
    Format::new("Flexport", "flexport_token", High, r"shltm_[\w-]{40}")
        .page("https://developers.flexport.com/"),
    Format::new("Ticket Tailor", "tickettailor_key", Medium, r"sk_[0-9]{4}_[0-9]{6}_[0-9a-f]{32}")
        .page("https://developers.tickettailor.com/"),
    Format::new("Zoho", "zoho_token", High, r"1000\.[0-9a-f]{32}\.[0-9a-f]{32}")
        .page("https://www.zoho.com/accounts/protocol/oauth.html"),
    Format::new("Samsara", "samsara_token", High, r"samsara_api_[0-9A-Za-z]{30}")
        .page("https://developers.samsara.com/docs/authentication"),
    Format::new("Tines", "tines_webhook", Medium, r"\.tines\.com/webhook/([0-9a-z]{32}/[0-9a-z]{32})")
        .page("https://www.tines.com/docs/actions/types/webhook/"),
    Format::new("BestTime", "besttime_key", Medium, r"pri_[0-9a-f]{32}")
        .page("https://documentation.besttime.app/"),
];
