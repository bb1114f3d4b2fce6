//! The root context: one plugin configuration in one worker.

use std::cell::RefCell;
use std::rc::Rc;

use mcpgov_engine::exchange::{Options, Policy, Terms};
use mcpgov_engine::session::SessionKey;
use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::ContextType;

use crate::config::{self, Config};
use crate::host::{self, Buffer, Level};
use crate::metrics::Metrics;
use crate::stream::Stream;

/// What the streams of one configuration share.
#[derive(Default)]
pub(crate) struct Shared {
    /// `None`: no table could be loaded, and everything is denied.
    pub(crate) config: Option<Config>,
    pub(crate) metrics: RefCell<Metrics>,
}

impl Shared {
    /// Does `work` with what streams are judged by: the loaded table, or its absence, which denies.
    pub(crate) fn with_terms<R>(&self, now_sec: u64, work: impl FnOnce(&Terms<'_>) -> R) -> R {
        match &self.config {
            Some(config) => {
                let session_key = config.session_key.as_ref();
                let policy = Policy::Loaded(&config.table.view());
                work(&Terms {
                    policy,
                    options: &config.exchange,
                    session_key,
                    now_sec,
                    region: config.region.as_deref(),
                    environment: config.environment.as_deref(),
                })
            }
            None => {
                let options = Options::default();
                work(&Terms {
                    policy: Policy::Unavailable,
                    options: &options,
                    session_key: None,
                    now_sec,
                    region: None,
                    environment: None,
                })
            }
        }
    }
}

#[derive(Default)]
pub(crate) struct Root {
    shared: Rc<Shared>,
}

impl Context for Root {
    fn on_done(&mut self) -> bool {
        self.shared.metrics.borrow_mut().retire();
        true
    }
}

impl RootContext for Root {
    fn on_configure(&mut self, _: usize) -> bool {
        let mut metrics = Metrics::new();
        let bytes = host::buffer(Buffer::PluginConfiguration, 0, usize::MAX).unwrap_or_default();
        match config::read(bytes) {
            Ok(mut config) => {
                config.session_key = config.session_key.or_else(session_key);
                let period = config.flush_interval;
                metrics.table_in_use(&config.table.digest().0);
                self.shared = Rc::new(Shared { config: Some(config), metrics: RefCell::new(metrics) });
                if let Err(status) = host::set_tick_period(period) {
                    host::log(Level::Error, &format!("no metrics, because there is no tick: {status}"));
                }
                note_loaded();
                true
            }
            Err(error) => {
                metrics.table_load_failed();
                metrics.flush();
                self.shared = Rc::new(Shared { config: None, metrics: RefCell::new(metrics) });
                let replaces = was_loaded();
                let outcome =
                    if replaces { "the configuration in use stays" } else { "everything is denied" };
                host::log(Level::Error, &format!("{error}; {outcome}"));
                // Refused, an update leaves what was there before. At the start there is nothing before, and a
                // proxy that denies is better than one that does not start.
                !replaces
            }
        }
    }

    fn on_tick(&mut self) {
        self.shared.metrics.borrow_mut().flush();
    }

    fn create_http_context(&self, _: u32) -> Option<Box<dyn HttpContext>> {
        Some(Box::new(Stream::new(Rc::clone(&self.shared))))
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }
}

/// The key of this process, made by whoever needs it first. Envoy configures its main thread before the
/// workers, so that they find it.
fn session_key() -> Option<SessionKey> {
    const NAME: &str = "mcpgov.session_key";
    if let Ok(Some((bytes, _))) = host::shared_data(NAME) {
        return Some(SessionKey::new(bytes.try_into().ok()?));
    }
    let made = host::random::<32>().ok()?;
    host::set_shared_data(NAME, &made, 0).ok()?;
    let (bytes, _) = host::shared_data(NAME).ok().flatten()?;
    Some(SessionKey::new(bytes.try_into().ok()?))
}

/// Remembers, across all workers and configurations, that this plugin has had a table. An update is tried
/// in an instance of its own, which remembers nothing itself.
fn note_loaded() {
    // Without the note a bad update would deny instead of being refused: no harm to what is protected.
    let _ = host::set_shared_data(&loaded_key(), b"1", 0);
}

fn was_loaded() -> bool {
    matches!(host::shared_data(&loaded_key()), Ok(Some(_)))
}

fn loaded_key() -> String {
    let name = host::property(b"plugin_name").ok().flatten().unwrap_or_default();
    format!("mcpgov.loaded.{}", String::from_utf8_lossy(&name))
}
