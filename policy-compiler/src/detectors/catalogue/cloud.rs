//! Clouds, hosting, networks and storage.

use mcpgov_engine::scan::pattern::Proof;

use super::{
    Format,
    Severity::{Critical, High, Low, Medium},
    uuid,
};

pub(super) const FORMATS: &[Format] = &[
    Format::new("Amazon Web Services", "aws_access_key_id", High, r"(?:A3T[0-9A-Z]|AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}")
        .entropy(0.0)
        .allow(&["*EXAMPLE", "AKIAXXXX*"])
        .page("https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html"),
    Format::new("Amazon Web Services", "aws_secret_access_key", Critical, r"[0-9A-Za-z/+=]{40}")
        .near(&["aws_s", "aws-s", "aws s", "awss", "aws_access", "aws_key", "awskey", "secret_access", "secret-access", "secretaccess"])
        .entropy(3.0)
        .proof(Proof::None)
        .allow(&["*EXAMPLEKEY"])
        .page("https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html"),
    Format::new("Amazon Web Services", "aws_session_token", Critical, r"(?:FwoGZXIvYXdz|IQoJb3JpZ2lu)[0-9A-Za-z/+]{80,2000}={0,2}")
        .page("https://docs.aws.amazon.com/STS/latest/APIReference/API_Credentials.html"),
    Format::new("Amazon Web Services", "aws_session_token_assigned", Critical, r"[0-9A-Za-z/+]{80,1000}={0,2}")
        .near(&["aws_session_token", "awssessiontoken", "aws-session-token"])
        .page("https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-envvars.html"),
    Format::new("Amazon Web Services", "aws_bedrock_api_key", Critical, r"ABSK[0-9A-Za-z+/]{100,280}={0,2}")
        .page("https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html"),
    Format::new("Amazon Web Services", "aws_bedrock_short_lived_key", High, r"bedrock-api-key-[0-9A-Za-z+/=]{32,4000}")
        .page("https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html"),
    Format::new("Amazon Web Services", "aws_mws_auth_token", High, concat!(r"amzn\.mws\.", uuid!()))
        .page("https://docs.developer.amazonservices.com/en_US/dev_guide/DG_Registering.html"),
    Format::new("Amazon Web Services", "aws_appsync_api_key", Medium, r"da2-[0-9a-z]{26}")
        .page("https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html"),
    Format::new("Amazon", "amazon_oauth_client_secret", High, r"amzn1\.oa2-cs\.v1\.[0-9a-f]{64}")
        .page("https://developer.amazon.com/docs/login-with-amazon/register-web.html"),
    Format::new("Google Cloud", "gcp_api_key", High, r"AIza[0-9A-Za-z_-]{35}")
        .entropy(2.5)
        .page("https://cloud.google.com/docs/authentication/api-keys"),
    Format::new("Google", "google_oauth_client_secret", High, r"GOCSPX-[0-9A-Za-z_-]{28}")
        .page("https://developers.google.com/identity/protocols/oauth2"),
    Format::new("Google", "google_oauth_client_secret_assigned", High, r"[0-9A-Za-z_-]{24}")
        .near(&["google_client_secret", "googleclientsecret", "google-client-secret", "google_secret"]),
    Format::new("Google", "google_oauth_access_token", High, r"ya29\.[0-9A-Za-z_-]{20,1000}")
        .page("https://developers.google.com/identity/protocols/oauth2"),
    Format::new("Google", "google_oauth_refresh_token", Critical, r"1//0[0-9A-Za-z_-]{40,200}")
        .page("https://developers.google.com/identity/protocols/oauth2"),
    Format::new("Google", "google_oauth_client_id", Low, r"[0-9]{6,30}-[0-9a-z]{32}\.apps\.googleusercontent\.com")
        .page("https://developers.google.com/identity/protocols/oauth2"),
    Format::new("Google Cloud", "gcp_hmac_key_id", Medium, r"GOOG[0-9A-Z]{57}|GOOG1[0-9A-Z]{19,23}")
        .page("https://cloud.google.com/storage/docs/authentication/hmackeys"),
    Format::new("Google", "recaptcha_key", Medium, r"6L[0-9A-Za-z_-]{38}")
        .with(&["captcha"])
        .page("https://developers.google.com/recaptcha/intro"),
    Format::new("Google", "firebase_cloud_messaging_key", High, r"AAAA[0-9A-Za-z_-]{7}:APA91b[0-9A-Za-z_-]{130,150}")
        .page("https://firebase.google.com/docs/cloud-messaging/auth-server"),
    Format::new("Microsoft Azure", "azure_ad_client_secret", Critical, r"[0-9A-Za-z_~.]{3}[0-9]Q~[0-9A-Za-z_~.-]{31,34}")
        .entropy(3.0)
        .page("https://learn.microsoft.com/entra/identity-platform/quickstart-register-app"),
    Format::new("Microsoft Azure", "azure_storage_key", Critical, r"(?i:AccountKey)=([0-9A-Za-z+/]{86}==)")
        .page("https://learn.microsoft.com/azure/storage/common/storage-account-keys-manage"),
    Format::new("Microsoft Azure", "azure_storage_key_assigned", Critical, r"[0-9A-Za-z+/]{86}==")
        .near(&["azure", "storage", "accountkey", "cosmos"]),
    Format::new("Microsoft Azure", "azure_storage_key_v2", Critical, r"[0-9A-Za-z+/]{76}\+AS[Q-Zt-v][0-9A-Za-z+/]{5}[AQgw]==")
        .page("https://learn.microsoft.com/azure/storage/common/storage-account-keys-manage"),
    Format::new("Microsoft Azure", "azure_shared_access_key", Critical, r"(?i:SharedAccessKey)=([0-9A-Za-z+/]{40,88}={0,2})")
        .page("https://learn.microsoft.com/azure/service-bus-messaging/service-bus-sas"),
    Format::new("Microsoft Azure", "azure_sas_signature", High, r"[?&;]sig=([0-9A-Za-z+/%_-]{43,76}=?)")
        .page("https://learn.microsoft.com/azure/storage/common/storage-sas-overview"),
    Format::new("Microsoft Azure", "azure_app_configuration", High, r"\.azconfig\.io;Id=[0-9A-Za-z+/:-]{4,100};Secret=([0-9A-Za-z+/]{36,90}={0,2})")
        .page("https://learn.microsoft.com/azure/azure-app-configuration/concept-authentication"),
    Format::new("Microsoft Azure", "azure_function_key", High, r"[0-9A-Za-z_-]{44}AzFu[0-9A-Za-z_-]{5}[AQgw](?:==)?")
        .page("https://learn.microsoft.com/azure/azure-functions/function-keys-how-to"),
    Format::new("Microsoft Azure", "azure_function_key_assigned", High, r"[0-9A-Za-z_/-]{54}={0,2}")
        .near(&["x-functions-key", "function_key", "functionkey"]),
    Format::new("Microsoft Azure", "azure_search_key", High, r"[0-9A-Za-z]{42}AzSe[0-9A-D][0-9A-Za-z]{5}")
        .page("https://learn.microsoft.com/azure/search/search-security-api-keys"),
    Format::new("Microsoft Azure", "azure_cosmos_key", Critical, r"[0-9A-Za-z+/]{76}ACDb[0-9A-Za-z+/]{5}[AQgw]==")
        .page("https://learn.microsoft.com/azure/cosmos-db/secure-access-to-data"),
    Format::new("Microsoft Azure", "azure_batch_key", High, r"[0-9A-Za-z+/]{76}\+ABa[0-9A-Za-z+/]{5}[AQgw]==")
        .page("https://learn.microsoft.com/azure/batch/batch-account-create-portal"),
    Format::new("Microsoft Azure", "azure_ml_classic_key", High, r"[0-9A-Za-z+/]{76}\+AMC[0-9A-Za-z+/]{5}[AQgw]==")
        .page("https://learn.microsoft.com/azure/machine-learning/"),
    Format::new("Microsoft Azure", "azure_container_registry_key", Critical, r"[0-9A-Za-z+/]{42}\+ACR[A-D][0-9A-Za-z+/]{5}")
        .page("https://learn.microsoft.com/azure/container-registry/container-registry-authentication"),
    Format::new("Microsoft Azure", "azure_bus_or_hub_key", High, r"[0-9A-Za-z+/]{33}(?:AIoT|AZEG|\+ASb|\+AEh|\+ARm)[A-P][0-9A-Za-z+/]{5}=")
        .page("https://learn.microsoft.com/azure/service-bus-messaging/service-bus-sas"),
    Format::new("Microsoft Azure", "azure_api_management_key", High, r"[0-9A-Za-z+/]{76}APIM[0-9A-Za-z+/]{5}[AQgw]==")
        .page("https://learn.microsoft.com/azure/api-management/api-management-subscriptions"),
    Format::new("Microsoft Azure", "azure_event_key", High, r"[0-9A-Za-z+/]{33}(?:AEh|ARm|ASb|AIoT|AEG)[A-D0-9][0-9A-Za-z+/]{5,6}=")
        .page("https://learn.microsoft.com/azure/event-hubs/authorize-access-shared-access-signature"),
    Format::new("Microsoft Azure", "azure_redis_key", Critical, r"[0-9A-Za-z+/]{33}AzCa[A-P][0-9A-Za-z+/]{5}=")
        .page("https://learn.microsoft.com/azure/azure-cache-for-redis/cache-configure"),
    Format::new("Microsoft Azure", "azure_openai_key", High, r"[0-9A-Za-z]{52}JQQJ9[9DH][0-9A-Za-z][A-L][0-9A-Za-z]{16}[A-Za-z][0-9A-Za-z]{7}(?:[0-9A-Za-z]{2}==)?")
        .page("https://learn.microsoft.com/azure/ai-services/openai/reference"),
    Format::new("Microsoft Azure", "azure_key_assigned", High, r"[0-9a-f]{32}")
        .near(&["subscription", "ocp-apim", "azure_openai", "azureopenai", "azure_api", "azure_key", "cognitive"]),
    Format::new("Microsoft Azure", "azure_devops_pat", Critical, r"[0-9A-Za-z]{76}AZDO[0-9A-Za-z]{4}")
        .page("https://learn.microsoft.com/azure/devops/organizations/accounts/use-personal-access-tokens-to-authenticate"),
    Format::new("Microsoft Azure", "azure_devops_pat_assigned", Critical, r"[a-z2-7]{52}")
        .near(&["azure", "devops", "ado_pat", "adopat", "ado_token", "vsts", "system_accesstoken", "personalaccesstoken", "personal_access_token", "pat_token"]),
    Format::new("Microsoft Azure", "azure_tenant_or_client_id", Low, uuid!())
        .near(&["azure_tenant", "azure_client", "tenant_id", "tenantid", "azure-tenant", "azure-client", "azuretenant", "azureclient", "ad_tenant", "ad_client"])
        .page("https://learn.microsoft.com/entra/identity-platform/app-objects-and-service-principals"),
    Format::new("Microsoft", "microsoft_teams_webhook", Medium, r"https://[0-9a-z.-]{1,80}\.office\.com/webhook(?:b2)?/[0-9A-Za-z-]{36}@[0-9A-Za-z-]{36}/IncomingWebhook/[0-9A-Za-z]{32}/[0-9A-Za-z-]{36}(?:/[0-9A-Za-z_-]{20,60})?")
        .page("https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook"),
    Format::new("Microsoft", "power_automate_url", Medium, r"\.logic\.azure\.com(?::443)?/workflows/[0-9a-f]{32}/[0-9A-Za-z/?&=.%_-]{20,300}")
        .page("https://learn.microsoft.com/azure/logic-apps/logic-apps-http-endpoint"),
    Format::new("Alibaba Cloud", "alibaba_access_key_id", High, r"LTAI[0-9A-Za-z]{12,26}")
        .page("https://www.alibabacloud.com/help/en/ram/user-guide/create-an-accesskey-pair"),
    Format::new("Alibaba Cloud", "alibaba_access_key_secret", Critical, r"[0-9A-Za-z]{30}").near(&["alibaba", "aliyun"]),
    Format::new("Alibaba Cloud", "alibaba_sts_key_id", High, r"STS\.[0-9A-Za-z]{20,30}")
        .page("https://www.alibabacloud.com/help/en/ram/product-overview/what-is-sts"),
    Format::new("Tencent Cloud", "tencent_secret_id", High, r"AKID[0-9A-Za-z]{32}")
        .page("https://www.tencentcloud.com/document/product/598/32675"),
    Format::new("Tencent Cloud", "tencent_secret_key", Critical, r"[0-9A-Za-z]{32}").near(&["tencent", "qcloud"]),
    Format::new("Yandex Cloud", "yandex_api_key", High, r"AQVN[0-9A-Za-z_-]{35,38}")
        .page("https://yandex.cloud/en/docs/iam/concepts/authorization/api-key"),
    Format::new("Yandex Cloud", "yandex_static_key", High, r"YC[0-9A-Za-z_-]{38}")
        .with(&["yandex", "yc_", "aws", "secret", "s3"])
        .page("https://yandex.cloud/en/docs/iam/concepts/authorization/access-key"),
    Format::new("Yandex Cloud", "yandex_iam_token", Critical, r"t1\.[0-9A-Za-z_=-]{1,100}\.[0-9A-Za-z_-]{86}={0,2}")
        .page("https://yandex.cloud/en/docs/iam/concepts/authorization/iam-token"),
    Format::new("Yandex Cloud", "yandex_oauth_token", Critical, r"y[0-3]_[0-9A-Za-z_-]{55,58}")
        .page("https://yandex.cloud/en/docs/iam/concepts/authorization/oauth-token"),
    Format::new("Oracle Cloud", "oracle_ocid", Low, r"ocid1\.(?:user|tenancy|apikey)\.oc1\.[0-9a-z-]{0,30}\.[0-9a-z]{60}")
        .page("https://docs.oracle.com/iaas/Content/General/Concepts/identifiers.htm"),
    Format::new("IBM Cloud", "ibm_cloud_api_key", Critical, r"[0-9A-Za-z_-]{43,44}")
        .near(&["ibm", "iam_api", "iam-api", "iam_key", "iam_pass", "iam-pass", "bluemix", "softlayer", "cloud_api", "cloud-api", "cloud_iam", "cloud-iam", "cloud api", "cloud iam"])
        .entropy(2.5)
        .page("https://cloud.ibm.com/docs/account?topic=account-userapikey"),
    Format::new("IBM Cloud", "ibm_cos_hmac_secret", Critical, r"[0-9a-f]{48}")
        .near(&["secret_access_key", "secret-access-key", "secretaccesskey", "cos_hmac", "coshmac", "cos-hmac", "ibm_cos", "ibm-cos", "cos_secret", "cos-secret", "hmac"])
        .page("https://cloud.ibm.com/docs/cloud-object-storage?topic=cloud-object-storage-uhc-hmac-credentials-main"),
    Format::new("IBM Cloud", "softlayer_api_key", Critical, r"[0-9a-z]{64}")
        .near(&["softlayer", "sl_api", "sl-api", "sl_key", "sl-key", "sl_pass", "slapi", "sl_token"])
        .page("https://sldn.softlayer.com/article/authenticating-softlayer-api/"),
    Format::new("IBM Cloud", "softlayer_api_url", Critical, r"api\.softlayer\.com/soap/v3(?:\.1)?/([0-9a-z]{64})"),
    Format::new("IBM Cloud", "cloudant_url_password", High, r"https://[\w-]{2,80}:([0-9a-z]{24,64})@[\w-]{1,80}\.cloudant\.com")
        .page("https://cloud.ibm.com/docs/Cloudant?topic=Cloudant-work-with-your-account"),
    Format::new("IBM Cloud", "cloudant_key", High, r"[0-9a-f]{64}|[a-z]{24}").near(&["cloudant"]).proof(Proof::None),
    Format::new("DigitalOcean", "digitalocean_token", Critical, r"do[opr]_v1_[0-9a-f]{64}")
        .page("https://docs.digitalocean.com/reference/api/create-personal-access-token/"),
    Format::new("DigitalOcean", "digitalocean_spaces_key", High, r"DO00[0-9A-Z]{16}|DO801[0-9A-Z]{15}")
        .page("https://docs.digitalocean.com/products/spaces/how-to/manage-access/"),
    Format::new("Linode", "linode_token", Critical, r"[0-9a-f]{64}").near(&["linode"])
        .page("https://techdocs.akamai.com/linode-api/reference/get-started"),
    Format::new("Akamai", "akamai_client_token", High, r"akab-[0-9a-z]{16}-[0-9a-z]{16}")
        .page("https://techdocs.akamai.com/developer/docs/edgegrid"),
    Format::new("Vultr", "vultr_api_key", Critical, r"[0-9A-Z]{36}").near(&["vultr"]).page("https://www.vultr.com/api/"),
    Format::new("Hetzner", "hetzner_api_token", Critical, r"[0-9A-Za-z]{64}").near(&["hetzner", "hcloud"])
        .page("https://docs.hetzner.com/cloud/api/getting-started/generating-api-token/"),
    Format::new("Scaleway", "scaleway_access_key", High, r"SCW[0-9A-Z]{17}").page("https://www.scaleway.com/en/docs/iam/how-to/create-api-keys/"),
    Format::new("Scaleway", "scaleway_secret_key", Critical, uuid!()).near(&["scaleway", "scw_secret"]),
    Format::new("Scalingo", "scalingo_token", High, r"tk-us-[\w-]{48}").page("https://developers.scalingo.com/#authentication"),
    Format::new("OVHcloud", "ovh_secret", Critical, r"[0-9A-Za-z-]{32}").near(&["ovh"]).page("https://help.ovhcloud.com/csm/en-gb-api-getting-started-ovhcloud-api"),
    Format::new("Exoscale", "exoscale_api_key", High, r"EXO[0-9a-f]{24}").page("https://community.exoscale.com/product/iam/"),
    Format::new("UpCloud", "upcloud_token", Critical, r"ucat_[0-9A-Z]{26}").page("https://developers.upcloud.com/1.3/"),
    Format::new("Cloudflare", "cloudflare_token", Critical, r"cf(?:at|ut|k|pat)_[0-9A-Za-z]{40}[0-9a-f]{8}")
        .page("https://developers.cloudflare.com/fundamentals/api/get-started/create-token/"),
    Format::new("Cloudflare", "cloudflare_api_token", Critical, r"[0-9A-Za-z_-]{40}").near(&["cloudflare", "cf_api", "cf_token", "cf-token"])
        .page("https://developers.cloudflare.com/fundamentals/api/get-started/create-token/"),
    Format::new("Cloudflare", "cloudflare_global_key", Critical, r"[0-9a-f]{37}").near(&["cloudflare", "x-auth-key", "cf_api"])
        .page("https://developers.cloudflare.com/fundamentals/api/get-started/keys/"),
    Format::new("Cloudflare", "cloudflare_origin_ca_key", Critical, r"v1\.0-[0-9a-f]{24}-[0-9a-f]{146}")
        .page("https://developers.cloudflare.com/fundamentals/api/get-started/ca-keys/"),
    Format::new("Cloudflare", "cloudflare_turnstile_secret", Medium, r"0x4AAAA[0-9A-Za-z_-]{15,28}")
        .page("https://developers.cloudflare.com/turnstile/get-started/"),
    Format::new("Fastly", "fastly_token", High, r"[\w=-]{32}").near(&["fastly"]).page("https://www.fastly.com/documentation/reference/api/auth-tokens/"),
    Format::new("Heroku", "heroku_token", Critical, concat!(r"HRKU-AA[\w-]{58}|HRKU-", uuid!())).page("https://devcenter.heroku.com/articles/authentication"),
    Format::new("Heroku", "heroku_api_key", Critical, uuid!()).near(&["heroku"]).page("https://devcenter.heroku.com/articles/authentication"),
    Format::new("Netlify", "netlify_token", Critical, r"nf[pcobu]_[0-9A-Za-z]{36}").page("https://docs.netlify.com/api/get-started/"),
    Format::new("Netlify", "netlify_access_token", Critical, r"[\w=-]{40,46}").near(&["netlify"]).page("https://docs.netlify.com/api/get-started/"),
    Format::new("Vercel", "vercel_token", Critical, r"vc[pkiar]_[\w-]{24,64}").page("https://vercel.com/docs/rest-api"),
    Format::new("Vercel", "vercel_access_token", Critical, r"[0-9A-Za-z]{24}").near(&["vercel", "zeit_token"]).page("https://vercel.com/docs/rest-api"),
    Format::new("Vercel", "vercel_blob_token", High, r"vercel_blob_rw_[0-9A-Za-z]{16}_[0-9A-Za-z]{30}").page("https://vercel.com/docs/storage/vercel-blob"),
    Format::new("Render", "render_api_key", Critical, r"rnd_[0-9A-Za-z]{28,32}").page("https://render.com/docs/api"),
    Format::new("Railway", "railway_token", Critical, uuid!()).near(&["railway"]).page("https://docs.railway.com/reference/public-api"),
    Format::new("Fly.io", "fly_token", Critical, r"fo1_[\w-]{43}|fm[12][ar]?_[0-9A-Za-z+/]{100,800}={0,3}").page("https://fly.io/docs/security/tokens/"),
    Format::new("Deno", "deno_deploy_token", High, r"dd[pow]_[0-9A-Za-z]{36}").page("https://docs.deno.com/deploy/manual/"),
    Format::new("Bunny", "bunny_api_key", High, concat!(uuid!(), "-", "[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")).near(&["bunny"]),
    Format::new("Gandi", "gandi_api_key", High, r"[0-9A-Za-z]{24}").near(&["gandi"]).page("https://api.gandi.net/docs/authentication/"),
    Format::new("GoDaddy", "godaddy_api_key", High, r"[0-9A-Za-z]{8,14}_[0-9A-Za-z]{21,22}").near(&["godaddy", "sso-key"]).page("https://developer.godaddy.com/getstarted"),
    Format::new("Namecheap", "namecheap_api_key", High, r"[0-9a-f]{32}").near(&["namecheap"]).page("https://www.namecheap.com/support/api/intro/"),
    Format::new("DNSimple", "dnsimple_token", High, r"dnsimple_[au]_[0-9A-Za-z]{32}").page("https://developer.dnsimple.com/v2/"),
    Format::new("Tailscale", "tailscale_key", Critical, r"tskey-(?:(?:api|auth|client|scim|webhook)-)?[0-9A-Za-z]{4,25}-[0-9A-Za-z]{8,50}")
        .entropy(0.0)
        .page("https://tailscale.com/kb/1277/key-prefixes"),
    Format::new("ngrok", "ngrok_token", High, r"[12][0-9A-Za-z]{26}_[0-9A-Za-z]{20,21}").near(&["ngrok", "authtoken"]).page("https://ngrok.com/docs/agent/"),
    Format::new("ngrok", "ngrok_api_key", High, r"ak_[12][0-9A-Za-z]{26}_[0-9A-Za-z]{20,21}").page("https://ngrok.com/docs/api/"),
    Format::new("Defined Networking", "defined_networking_token", High, r"dnkey-[\w=-]{26}-[\w=-]{52}").page("https://docs.defined.net/guides/automating-host-creation/"),
    Format::new("Cisco Meraki", "meraki_api_key", Critical, r"[0-9a-f]{40}").near(&["meraki"]).page("https://developer.cisco.com/meraki/api-v1/authorization/"),
    Format::new("WireGuard", "wireguard_key", Critical, r"(?:PrivateKey|PresharedKey)[ \t]{0,8}=[ \t]{0,8}([0-9A-Za-z+/]{43}=)").page("https://www.wireguard.com/quickstart/"),
    Format::new("Backblaze", "backblaze_key", High, r"K00[0-9][0-9A-Za-z+/]{27}").with(&["b2", "backblaze", "application"]).page("https://www.backblaze.com/docs/cloud-storage-application-keys"),
    Format::new("Dropbox", "dropbox_token", High, r"sl\.[\w=-]{130,160}").page("https://developers.dropbox.com/oauth-guide"),
    Format::new("Dropbox", "dropbox_long_lived_token", High, r"sl\.u\.[\w-]{130,1400}|[0-9A-Za-z]{11}AAAAAAAAAA[\w=-]{43}").page("https://developers.dropbox.com/oauth-guide"),
    Format::new("Dropbox", "dropbox_app_secret", High, r"[0-9a-z]{15}").near(&["dropbox"]).page("https://www.dropbox.com/developers/documentation"),
    Format::new("Box", "box_token", High, r"[0-9A-Za-z]{32}").near(&["box_"]).page("https://developer.box.com/guides/authentication/"),
    Format::new("Cloudinary", "cloudinary_url", High, r"cloudinary://[0-9]{15}:([\w-]{27})@[0-9a-z-]{1,64}").page("https://cloudinary.com/documentation/developer_overview"),
    Format::new("Cloudinary", "cloudinary_secret", High, r"[\w-]{27,32}").near(&["cloudinary"]),
    Format::new("ImageKit", "imagekit_private_key", High, r"private_[0-9A-Za-z+/]{27}=").page("https://imagekit.io/docs/api-keys"),
    Format::new("Thunderstore", "thunderstore_token", Medium, r"tss_[0-9A-Za-z_-]{32}").page("https://thunderstore.io/api/docs/"),
    Format::new("TrueNAS", "truenas_api_key", Critical, r"[0-9]{1,5}-[0-9A-Za-z]{64}").with(&["truenas", "login_with_api_key", "params"]).entropy(4.3).page("https://www.truenas.com/docs/scale/scaletutorials/toptoolbar/managingapikeys/"),
    Format::new("Baidu AI Cloud", "baidu_api_key", Critical, r"bce-v3/ALTAK-[0-9A-Za-z]{21}/[0-9a-f]{40}").page("https://cloud.baidu.com/doc/qianfan-api/index.html"),
    Format::new("JD Cloud", "jdcloud_access_key", High, r"JDC_[0-9A-Z]{25,40}").page("https://docs.jdcloud.com/en/account-management/accesskey-management"),
    Format::new("Volcengine", "volcengine_access_key", High, r"AKLT[0-9A-Za-z_-]{40,60}={0,2}").page("https://www.volcengine.com/docs/6291/65568"),
    Format::new("CockroachDB", "cockroach_cloud_key", Critical, r"CCDB1_[0-9A-Za-z]{22}_[0-9A-Za-z]{40}").page("https://www.cockroachlabs.com/docs/cockroachcloud/managing-access"),
    Format::new("Kong", "kong_token", Critical, r"[ks]pat_[0-9A-Za-z]{40,64}").page("https://developer.konghq.com/konnect-api/"),
    Format::new("Zuplo", "zuplo_key", Medium, r"zpka_[0-9a-f]{32}_[0-9a-f]{8}").page("https://zuplo.com/docs/articles/api-key-leak-detection"),
    Format::new("NATS", "nats_seed", Critical, r"NKEY SEED-{3,8}[\\rn\r\n ]{1,8}(S[ACNOUX][2-7A-Z]{56})").page("https://docs.nats.io/running-a-nats-service/configuration/securing_nats/auth_intro/nkey_auth"),
    Format::new("NATS", "nats_seed_assigned", Critical, r"S[ACNOUX][2-7A-Z]{56}").near(&["nkey", "seed", "nats"]).page("https://docs.nats.io/running-a-nats-service/configuration/securing_nats/auth_intro/nkey_auth"),
];
