//! Where a product lives, and which links lead there.

use std::net::IpAddr;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use ureq::http::Uri;
use ureq::http::uri::Authority;

use super::Error;

/// Characters that a link may hold by mistake, and that no URL may hold.
const NOT_IN_URLS: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'`').add(b'{').add(b'|').add(b'}');

/// The template of every product's base URL, without a slash at its end.
#[derive(Clone, Debug)]
pub(super) struct Hosts {
    template: String,
    /// The host of the 2010 API, as SQL_SERVER_NAME shows it.
    name: String,
}

/// Why a link is not followed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum BadLink {
    /// It is no URL.
    Malformed,
    /// It leads to this host, which is not the product's.
    Foreign(String),
}

/// The public label of a product's host: Flex and Frontline live where their names do not say.
fn label(product: &str) -> &str {
    match product {
        "flex" => "flex-api",
        "frontline" => "frontline-api",
        other => other,
    }
}

/// The edges that are nearest to the regions, for a region without an edge.
const EDGES: &[(&str, &str)] = &[
    ("us1", "ashburn"),
    ("us2", "umatilla"),
    ("ie1", "dublin"),
    ("de1", "frankfurt"),
    ("sg1", "singapore"),
    ("jp1", "tokyo"),
    ("jp2", "osaka"),
    ("au1", "sydney"),
    ("br1", "sao-paulo"),
];

/// The region that an edge without a region leads to.
const DEFAULT_REGION: &str = "us1";

/// The base URL of a region and an edge: `https://{product}.{edge}.{region}.twilio.com`. Twilio no longer serves the form
/// without an edge. Without both, `None`.
///
/// # Errors
/// [`Error::InvalidConfig`] for what is no label of a host name, and for a region whose edge is not known.
pub(super) fn regional(region: Option<&str>, edge: Option<&str>) -> Result<Option<String>, Error> {
    for (what, value) in [("region", region), ("edge", edge)] {
        let is_label = |text: &str| {
            let is_inside = |c: u8| c.is_ascii_alphanumeric() || c == b'-';
            (1..=63).contains(&text.len())
                && text.bytes().all(is_inside)
                && !text.starts_with('-')
                && !text.ends_with('-')
        };
        if value.is_some_and(|text| !is_label(text)) {
            let message =
                format!("The {what} has letters, digits and hyphens, such as {{}}; it is no host name.");
            let example = if what == "region" { "ie1" } else { "dublin" };
            return Err(Error::InvalidConfig(message.replace("{}", example)));
        }
    }
    let region = region.map(str::to_ascii_lowercase);
    let known = region.as_deref().and_then(|region| EDGES.iter().find(|(r, _)| *r == region));
    let edge = match (edge, &region, known) {
        (Some(edge), ..) => edge.to_ascii_lowercase(),
        (None, Some(_), Some((_, edge))) => (*edge).to_owned(),
        (None, Some(region), None) => {
            let known: Vec<&str> = EDGES.iter().map(|(region, _)| *region).collect();
            let known = known.join(", ");
            let message =
                format!("The region {region} needs an edge beside it; without one, there are {known}.");
            return Err(Error::InvalidConfig(message));
        }
        (None, None, _) => return Ok(None),
    };
    let region = region.as_deref().unwrap_or(DEFAULT_REGION);
    Ok(Some(format!("https://{{product}}.{edge}.{region}.twilio.com")))
}

impl Hosts {
    /// Twilio's own hosts, or those of a base URL.
    ///
    /// # Errors
    /// [`Error::InvalidConfig`] when the base URL is not absolute, has more than a scheme, a host, a port and a
    /// path, or would send the credentials in the clear to another machine.
    pub(super) fn new(base_url: Option<&str>) -> Result<Hosts, Error> {
        let template = base_url.unwrap_or("https://{product}.twilio.com").trim().trim_end_matches('/');
        let fault = |reason: &str| Error::InvalidConfig(format!("The base URL {reason}."));
        let example = template.replace("{product}", "api");
        if template.contains('@') {
            // The text may hold a password: it is not repeated.
            return Err(fault("must not hold a user name or password"));
        }
        if example.contains(['?', '#', '{', '}']) {
            return Err(fault(
                "may have a scheme, a host, a port and a path, and {product} in braces, but no more",
            ));
        }
        let uri: Uri = example.parse().map_err(|_| fault("is not a URL"))?;
        let host = uri.host().filter(|host| !host.is_empty());
        let host = host.ok_or_else(|| fault("must be absolute, like https://{product}.twilio.com"))?;
        match uri.scheme_str() {
            Some("https") => {}
            Some("http") if is_loopback(host) => {}
            Some("http") => {
                return Err(fault(
                    "must be https: http is for this machine alone (127.0.0.1, [::1], localhost)",
                ));
            }
            _ => return Err(fault("must begin with https://")),
        }
        if uri.authority().is_none_or(|a| a.as_str().ends_with(':') || port_is_bad(a)) {
            return Err(fault("has no valid port"));
        }
        Ok(Hosts { name: host.to_owned(), template: template.to_owned() })
    }

    /// The template of all base URLs.
    pub(super) fn template(&self) -> &str {
        &self.template
    }

    /// The host of the 2010 API.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Whether all requests stay on this machine.
    pub(super) fn is_loopback(&self) -> bool {
        is_loopback(&self.name)
    }

    /// The base URL of a product, without a slash at its end.
    pub(super) fn base(&self, product: &str) -> String {
        self.template.replace("{product}", label(product))
    }

    /// The URL that a page's link leads to. The 2010 API sends paths, the product APIs whole URLs. A whole URL may
    /// name the product's public host though another base is in use (a region, an edge, a simulator): then
    /// the base takes its place. Every other host would get the credentials for nothing.
    pub(super) fn resolve(&self, product: &str, link: &str) -> Result<String, BadLink> {
        let base = self.base(product);
        let base_uri: Uri = base.parse().map_err(|_| BadLink::Malformed)?;
        let prefix = base_uri.path().trim_end_matches('/');
        let link = link.split('#').next().unwrap_or_default();
        if link.contains('\\') {
            return Err(BadLink::Malformed);
        }
        let link: String = utf8_percent_encode(link, NOT_IN_URLS).collect();
        let target = if link.starts_with('/') && !link.starts_with("//") {
            link
        } else {
            let uri: Uri = link.parse().map_err(|_| BadLink::Malformed)?;
            let authority = uri.authority().ok_or(BadLink::Malformed)?;
            let foreign = || BadLink::Foreign(authority.host().to_owned());
            if authority.as_str().contains('@') {
                return Err(foreign());
            }
            let is_base = same_place(&uri, &base_uri);
            let public = format!("https://{}.twilio.com", label(product));
            let is_public = public.parse().is_ok_and(|public| same_place(&uri, &public));
            if !is_base && !is_public {
                return Err(foreign());
            }
            uri.path_and_query().map_or("/", |p| p.as_str()).to_owned()
        };
        // A server that knows its prefix repeats it in its links; one behind a proxy that cuts it does not.
        let below_prefix = target.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/'));
        let origin = &base[..base.len() - prefix.len()];
        let url = if below_prefix { format!("{origin}{target}") } else { format!("{base}{target}") };
        url.parse::<Uri>().map(|_| url).map_err(|_| BadLink::Malformed)
    }
}

pub(super) fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || bare.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

fn port_is_bad(authority: &Authority) -> bool {
    authority.as_str().len() > authority.host().len() && authority.port_u16().is_none_or(|port| port == 0)
}

/// Whether two URLs have the same scheme, host and port.
fn same_place(a: &Uri, b: &Uri) -> bool {
    let port =
        |uri: &Uri| uri.port_u16().or(if uri.scheme_str() == Some("http") { Some(80) } else { Some(443) });
    let host = |uri: &Uri| uri.host().map(str::to_ascii_lowercase);
    a.scheme() == b.scheme() && host(a) == host(b) && port(a) == port(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn foreign(host: &str) -> Result<String, BadLink> {
        Err(BadLink::Foreign(host.into()))
    }

    #[test]
    fn products_live_on_hosts_of_their_own() {
        let hosts = Hosts::new(None).unwrap();
        assert_eq!(hosts.base("api"), "https://api.twilio.com");
        assert_eq!(hosts.base("flex"), "https://flex-api.twilio.com");
        assert_eq!(hosts.name(), "api.twilio.com");
        let region = Hosts::new(Some("https://{product}.dublin.ie1.twilio.com/")).unwrap();
        assert_eq!(region.base("verify"), "https://verify.dublin.ie1.twilio.com");
    }

    #[test]
    fn a_region_and_an_edge_are_part_of_the_host() {
        for (region, edge, expected) in [
            (Some("ie1"), Some("dublin"), "https://verify.dublin.ie1.twilio.com"),
            (Some("ie1"), None, "https://verify.dublin.ie1.twilio.com"),
            (Some("AU1"), None, "https://verify.sydney.au1.twilio.com"),
            (Some("us1"), None, "https://verify.ashburn.us1.twilio.com"),
            (None, Some("Sao-Paulo"), "https://verify.sao-paulo.us1.twilio.com"),
            (Some("xx9"), Some("dublin-ix"), "https://verify.dublin-ix.xx9.twilio.com"),
            (None, None, "https://verify.twilio.com"),
        ] {
            let hosts = Hosts::new(regional(region, edge).unwrap().as_deref()).unwrap();
            assert_eq!(hosts.base("verify"), expected, "{region:?} {edge:?}");
            let public = "https://verify.twilio.com/v2/Services?Page=1";
            assert_eq!(hosts.resolve("verify", public), Ok(format!("{expected}/v2/Services?Page=1")));
            assert!(hosts.resolve("verify", "https://verify.evil.example/v2").is_err());
        }
        for bad in [
            "evil.example/",
            "a.b",
            "a/b",
            "a@b",
            "a:1",
            "",
            "-a",
            "a-",
            "a b",
            "{product}",
            "ü",
            &"a".repeat(64),
        ] {
            for (region, edge) in [(Some(bad), Some("dublin")), (Some("ie1"), Some(bad)), (Some(bad), None)] {
                assert!(matches!(regional(region, edge), Err(Error::InvalidConfig(_))), "{bad:?}");
            }
        }
        let Err(Error::InvalidConfig(text)) = regional(Some("xx9"), None) else { panic!("no edge is known") };
        assert!(text.contains("needs an edge") && text.contains("ie1"), "{text}");
    }

    #[test]
    fn a_base_url_is_https_unless_it_is_this_machine() {
        for good in [
            "https://example.com",
            "https://example.com:8443/twilio/",
            "http://127.0.0.1:1234/{product}",
            "http://127.8.9.10",
            "http://[::1]:80",
            "HTTP://LOCALHOST:1",
        ] {
            assert!(Hosts::new(Some(good)).is_ok(), "{good}");
        }
        for bad in [
            "",
            "example.com",
            "/api",
            "ftp://example.com",
            "http://example.com",
            "http://localhost.example.com",
            "http://127.0.0.1.example.com",
            "http://10.0.0.1",
            "https://user:pass@example.com",
            "https://example.com?a=b",
            "https://example.com#a",
            "https://{other}.example.com",
            "https://example.com:0",
            "https://example.com:99999",
            "https://",
        ] {
            assert!(matches!(Hosts::new(Some(bad)), Err(Error::InvalidConfig(_))), "{bad}");
        }
        let Err(Error::InvalidConfig(text)) = Hosts::new(Some("https://user:hunter2@example.com")) else {
            panic!("a password was taken");
        };
        assert!(!text.contains("hunter2"));
    }

    #[test]
    fn links_stay_with_the_public_host() {
        let hosts = Hosts::new(None).unwrap();
        let path = "/2010-04-01/Calls.json?Page=1&StartTime%3E=2020-01-01";
        assert_eq!(hosts.resolve("api", path), Ok(format!("https://api.twilio.com{path}")));
        assert_eq!(
            hosts.resolve("verify", "https://verify.twilio.com:443/v2/Services?Page=1#x").as_deref(),
            Ok("https://verify.twilio.com/v2/Services?Page=1")
        );
        assert_eq!(
            hosts.resolve("api", "/a?StartTime>=2020 01").as_deref(),
            Ok("https://api.twilio.com/a?StartTime%3E=2020%2001")
        );
        assert_eq!(hosts.resolve("verify", "https://evil.example/v2"), foreign("evil.example"));
        assert_eq!(hosts.resolve("verify", "https://api.twilio.com/v2"), foreign("api.twilio.com"));
        assert_eq!(hosts.resolve("verify", "http://verify.twilio.com/v2"), foreign("verify.twilio.com"));
        assert_eq!(
            hosts.resolve("verify", "https://verify.twilio.com:8443/v2"),
            foreign("verify.twilio.com")
        );
        assert_eq!(
            hosts.resolve("api", "https://api.twilio.com.evil.example/"),
            foreign("api.twilio.com.evil.example")
        );
        assert!(hosts.resolve("api", "https://me@api.twilio.com/").is_err());
        assert!(hosts.resolve("api", "//evil.example/").is_err());
        assert!(hosts.resolve("api", "https://api.twilio.com\\@evil.example/").is_err());
        assert!(hosts.resolve("api", "Calls.json?Page=1").is_err());
        assert!(hosts.resolve("api", "").is_err());
    }

    #[test]
    fn links_move_to_the_base_in_use() {
        let hosts = Hosts::new(Some("http://127.0.0.1:1234/api/")).unwrap();
        let expected = Ok("http://127.0.0.1:1234/api/v2/S?Page=1".to_owned());
        assert_eq!(hosts.resolve("verify", "https://verify.twilio.com/v2/S?Page=1"), expected);
        assert_eq!(hosts.resolve("verify", "/v2/S?Page=1"), expected);
        assert_eq!(hosts.resolve("verify", "/api/v2/S?Page=1"), expected);
        assert_eq!(hosts.resolve("verify", "http://127.0.0.1:1234/api/v2/S?Page=1"), expected);
        assert_eq!(hosts.resolve("verify", "http://127.0.0.1:1234/v2/S?Page=1"), expected);
        assert_eq!(hosts.resolve("verify", "http://127.0.0.1:99/v2/S"), foreign("127.0.0.1"));
        let product = Hosts::new(Some("http://localhost:1/{product}")).unwrap();
        assert_eq!(product.resolve("flex", "/v1/A").as_deref(), Ok("http://localhost:1/flex-api/v1/A"));
    }
}
