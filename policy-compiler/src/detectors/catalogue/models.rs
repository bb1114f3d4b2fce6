//! Language models and what is built around them.

use mcpgov_engine::scan::pattern::Proof;

use super::{
    Format,
    Severity::{Critical, High, Medium},
    uuid,
};

pub(super) const FORMATS: &[Format] = &[
    Format::new("OpenAI", "openai_key", Critical, r"sk-(?:proj|svcacct|admin|None)-[\w-]{20,180}")
        .entropy(3.0)
        .page("https://platform.openai.com/docs/api-reference/authentication"),
    Format::new("OpenAI", "openai_old_key", Critical, r"sk-[0-9A-Za-z]{20}T[0-9A-Za-z]BlbkFJ[0-9A-Za-z]{20}")
        .page("https://platform.openai.com/docs/api-reference/authentication"),
    Format::new("OpenAI", "openai_session_key", High, r"sess-[0-9A-Za-z]{40}")
        .page("https://platform.openai.com/docs/api-reference/authentication"),
    // Several vendors issue keys of this form without a mark of their own.
    Format::new(
        "OpenAI-compatible services",
        "llm_key",
        High,
        r"sk-[0-9A-Za-z_-]{32}(?:[0-9A-Za-z_-]{16,17})?",
    )
    .entropy(3.2)
    .proof(Proof::Mixed)
    .page("https://api-docs.deepseek.com/"),
    Format::new("Anthropic", "anthropic_key", Critical, r"sk-ant-(?:api|sid|oat|ort)[0-9]{2}-[\w-]{80,120}")
        .entropy(2.5)
        .page("https://docs.claude.com/en/api/overview"),
    Format::new("Anthropic", "anthropic_admin_key", Critical, r"sk-ant-admin[0-9]{2}-[\w-]{80,120}")
        .entropy(2.5)
        .page("https://docs.claude.com/en/api/administration-api"),
    Format::new("OpenRouter", "openrouter_key", Critical, r"sk-or-(?:v1-)?[0-9a-f]{64}")
        .page("https://openrouter.ai/docs/api-reference/authentication"),
    Format::new("MiniMax", "minimax_key", High, r"sk-(?:api|cp)-[\w-]{100,130}")
        .page("https://www.minimax.io/platform/document"),
    Format::new("Hugging Face", "huggingface_token", Critical, r"hf_[0-9A-Za-z]{34,37}")
        .entropy(0.0)
        .page("https://huggingface.co/docs/hub/security-tokens"),
    Format::new("Hugging Face", "huggingface_org_token", Critical, r"api_org_[0-9A-Za-z]{34}")
        .page("https://huggingface.co/docs/hub/security-tokens"),
    Format::new("Cohere", "cohere_key", High, r"[0-9A-Za-z]{40}")
        .near(&["cohere", "co_api_key"])
        .page("https://docs.cohere.com/reference/about"),
    Format::new("Replicate", "replicate_token", High, r"r8_[0-9A-Za-z_-]{37}")
        .page("https://replicate.com/docs/reference/http"),
    Format::new("Groq", "groq_key", High, r"gsk_[0-9A-Za-z]{52}")
        .page("https://console.groq.com/docs/quickstart"),
    Format::new("xAI", "xai_key", High, r"xai-[0-9A-Za-z_-]{70,90}").page("https://docs.x.ai/docs/tutorial"),
    Format::new("Mistral AI", "mistral_key", High, r"[0-9A-Za-z]{32}")
        .near(&["mistral"])
        .page("https://docs.mistral.ai/getting-started/quickstart/"),
    Format::new("Perplexity", "perplexity_key", High, r"pplx-[0-9A-Za-z]{48}(?:[0-9A-Za-z]{1,8})?")
        .page("https://docs.perplexity.ai/"),
    Format::new("Google", "gemini_key", High, r"AQ\.Ab8[\w-]{43,55}")
        .page("https://ai.google.dev/gemini-api/docs/api-key"),
    Format::new("Together AI", "together_key", High, r"tgp_v1_[\w-]{40,50}")
        .page("https://docs.together.ai/"),
    Format::new("Together AI", "together_old_key", High, r"[0-9a-f]{64}").near(&["together"]),
    Format::new("Fireworks AI", "fireworks_key", High, r"fw_[0-9A-Za-z]{22,24}")
        .with(&["fireworks", "key", "token", "bearer"])
        .page("https://docs.fireworks.ai/"),
    Format::new("DeepSeek", "deepseek_key", High, r"sk-[0-9a-f]{32}").page("https://api-docs.deepseek.com/"),
    Format::new("Cerebras", "cerebras_key", High, r"csk-[0-9a-z]{48}")
        .page("https://inference-docs.cerebras.ai/"),
    Format::new("NVIDIA", "nvidia_key", High, r"nvapi-[\w-]{60,70}").page("https://docs.nvidia.com/nim/"),
    Format::new("AI21", "ai21_key", High, concat!("[0-9A-Za-z]{32}|", uuid!()))
        .near(&["ai21"])
        .page("https://docs.ai21.com/"),
    Format::new("Stability AI", "stability_key", High, r"sk-[0-9A-Za-z]{48}")
        .page("https://platform.stability.ai/docs/api-reference"),
    Format::new("ElevenLabs", "elevenlabs_key", High, r"sk_[0-9a-f]{48}")
        .page("https://elevenlabs.io/docs/api-reference/authentication"),
    Format::new("AssemblyAI", "assemblyai_key", High, r"[0-9A-Za-z]{32}")
        .near(&["assemblyai", "assembly_ai"])
        .page("https://www.assemblyai.com/docs"),
    Format::new("Deepgram", "deepgram_key", High, r"[0-9a-f]{40}")
        .near(&["deepgram"])
        .page("https://developers.deepgram.com/docs/authenticating"),
    Format::new("Upstage", "upstage_key", High, r"up_[0-9A-Za-z]{29,40}|[0-9A-Za-z]{40}")
        .near(&["upstage"])
        .page("https://console.upstage.ai/docs"),
    Format::new("LightOn", "lighton_key", High, r"[\w-]{40,50}")
        .near(&["lighton", "paradigm"])
        .page("https://docs.lighton.ai/"),
    Format::new("RunPod", "runpod_key", High, r"rpa_[0-9A-Za-z]{40,46}")
        .page("https://docs.runpod.io/get-started/api-keys"),
    Format::new("Modal", "modal_token", High, r"a[ks]-[0-9A-Za-z]{22}")
        .with(&["modal"])
        .page("https://modal.com/docs/reference/modal.config"),
    Format::new("LangSmith", "langsmith_key", High, r"ls(?:v2_(?:pt|sk)_|__)[0-9a-f]{32}(?:_[0-9a-f]{10})?")
        .page("https://docs.smith.langchain.com/"),
    Format::new("Langfuse", "langfuse_key", High, concat!("[sp]k-lf-", uuid!()))
        .page("https://langfuse.com/docs"),
    Format::new("Weights & Biases", "wandb_key", High, r"wandb_v1_[\w-]{70,90}")
        .page("https://docs.wandb.ai/"),
    Format::new("Weights & Biases", "wandb_old_key", High, r"[0-9a-f]{40}")
        .near(&["wandb", "weights_and_biases", "weights-and-biases"])
        .page("https://docs.wandb.ai/"),
    Format::new("Comet", "comet_key", Medium, r"[0-9A-Za-z]{25}")
        .near(&["comet_api", "comet_ml"])
        .page("https://www.comet.com/docs/"),
    Format::new("Kaggle", "kaggle_key", High, r"[0-9a-f]{32}")
        .near(&["kaggle"])
        .page("https://www.kaggle.com/docs/api"),
    Format::new("Kaggle", "kaggle_token", High, r"KGAT_[0-9a-f]{32}").page("https://www.kaggle.com/docs/api"),
    Format::new("Pinecone", "pinecone_key", High, r"pcsk_[0-9A-Za-z]{5,6}_[0-9A-Za-z]{60,64}")
        .page("https://docs.pinecone.io/guides/projects/manage-api-keys"),
    Format::new("Pinecone", "pinecone_old_key", High, uuid!()).near(&["pinecone"]),
    Format::new("Tavily", "tavily_key", Medium, r"tvly-(?:dev-|prod-)?[0-9A-Za-z]{32}")
        .page("https://docs.tavily.com/"),
    Format::new("Firecrawl", "firecrawl_key", Medium, r"fc-[0-9a-f]{32}")
        .page("https://docs.firecrawl.dev/introduction"),
    Format::new("Jina AI", "jina_key", High, r"jina_[0-9a-f]{32}[\w-]{28}")
        .page("https://jina.ai/embeddings/"),
    Format::new("Voyage AI", "voyage_key", High, r"(?:pa|al)-[\w-]{43}")
        .with(&["voyage"])
        .page("https://docs.voyageai.com/docs/api-key-and-installation"),
    Format::new("Exa", "exa_key", Medium, uuid!()).near(&["exa_api", "exa_key"]).page("https://docs.exa.ai/"),
    Format::new("Serper", "serper_key", Medium, r"[0-9a-f]{40}")
        .near(&["serper"])
        .page("https://serper.dev/"),
    Format::new("SerpApi", "serpapi_key", Medium, r"[0-9a-f]{64}")
        .near(&["serpapi", "serp_api"])
        .page("https://serpapi.com/"),
    Format::new("Brave", "brave_search_key", Medium, r"BSA[0-9A-Za-z_-]{27,29}")
        .page("https://api-dashboard.search.brave.com/"),
    Format::new("Kagi", "kagi_key", Medium, r"[0-9A-Za-z_-]{11}\.[0-9A-Za-z_-]{43}")
        .near(&["kagi"])
        .page("https://help.kagi.com/kagi/api/overview.html"),
    Format::new(
        "Kagi",
        "kagi_search_link",
        Medium,
        r"kagi\.com/search\?token=([0-9A-Za-z_-]{11}\.[0-9A-Za-z_-]{43})",
    )
    .page("https://help.kagi.com/kagi/api/overview.html"),
    Format::new("Apify", "apify_token", High, r"apify_api_[0-9A-Za-z]{34,36}")
        .page("https://docs.apify.com/platform/integrations/api"),
    Format::new("E2B", "e2b_key", High, r"e2b_[0-9a-f]{40}").page("https://e2b.dev/docs"),
    Format::new("Browserbase", "browserbase_key", High, r"bb_live_[\w-]{27}")
        .page("https://docs.browserbase.com/"),
    Format::new("Composio", "composio_key", High, r"ak_[\w-]{20,22}")
        .with(&["composio"])
        .page("https://docs.composio.dev/"),
    Format::new("Smithery", "smithery_key", High, uuid!())
        .near(&["smithery"])
        .page("https://smithery.ai/docs"),
    Format::new("Mem0", "mem0_key", High, r"m0-[0-9A-Za-z]{40}").page("https://docs.mem0.ai/"),
    Format::new("Portkey", "portkey_key", High, r"[0-9A-Za-z+/]{27,28}=?")
        .near(&["portkey"])
        .page("https://portkey.ai/docs"),
    Format::new("fal", "fal_key", High, concat!(uuid!(), ":[0-9a-f]{32}"))
        .near(&["fal_key", "fal_api", "fal-key"])
        .page("https://docs.fal.ai/"),
    Format::new("Scrapfly", "scrapfly_key", Medium, r"scp-(?:live|test)-[0-9a-f]{32}")
        .page("https://scrapfly.io/docs/"),
    Format::new("ScrapingBee", "scrapingbee_key", Medium, r"[0-9A-Z]{80}")
        .near(&["scrapingbee"])
        .page("https://www.scrapingbee.com/documentation/"),
    Format::new("Voiceflow", "voiceflow_key", High, r"VF\.(?:DM|WS)\.[0-9a-f]{24}\.[0-9A-Za-z]{16}")
        .page("https://docs.voiceflow.com/reference/authentication"),
    Format::new("Bannerbear", "bannerbear_key", Medium, r"bb_(?:pr|ma)_[0-9a-f]{30,32}")
        .page("https://developers.bannerbear.com/"),
];
