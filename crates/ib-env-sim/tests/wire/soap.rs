//! SOAP services, WSDL and faults (`service-center-soap.md` 1 to 5).

use ib_env_sim::scenario::{Generated, IdentityProvider, WsdlForm};
use rstest::rstest;

use crate::stranger::{DEV, MARIA, Soap, Stranger};

const SERVICES: [&str; 4] = ["OutSystemsPlatform", "Solutions", "PlatformServices_v8_0_0", "ServiceStudio"];
/// Service, method, inputs.
type Call<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);

const SERVICES_V8: &str = "PlatformServices_v8_0_0";

#[rstest]
#[tokio::test]
async fn both_versions_answer_in_the_version_asked(#[values(Soap::V11, Soap::V12)] version: Soap) {
    let stranger = Stranger::new().await;
    let (expected, envelope) = match version {
        Soap::V11 => ("text/xml; charset=utf-8", "http://schemas.xmlsoap.org/soap/envelope/"),
        Soap::V12 => ("application/soap+xml; charset=utf-8", "http://www.w3.org/2003/05/soap-envelope"),
    };
    let login = [("username", "maria"), ("password", "maria-Pass-1")];
    let calls: [Call<'_>; 10] = [
        ("OutSystemsPlatform", "GetPlatformInfo", &[]),
        ("Solutions", "TestLogin", &login),
        ("Solutions", "Handshake", &login),
        ("Solutions", "GetProperties", &login),
        ("Solutions", "GetPropertiesForHandshake", &[]),
        ("ServiceStudio", "GetPropertiesForHandshake", &[]),
        (SERVICES_V8, "Capabilities_Get", &[]),
        (SERVICES_V8, "ExternalAuthentication_IsActive", &[]),
        (SERVICES_V8, "Applications_Get", &MARIA),
        (SERVICES_V8, "Modules_Get", &MARIA),
    ];
    for (service, method, inputs) in calls {
        let seen = stranger.call(version, service, method, inputs).await;
        assert_eq!((seen.status, seen.content_type.as_str()), (200, expected), "{method}: {}", seen.text);
        assert!(seen.text.contains(envelope), "{method}");
        assert_eq!(seen.elements(&format!("{method}Response")).len(), 1, "{method}: {}", seen.text);
        assert!(
            !seen.text.contains(&format!("{method}Result")),
            "ASMX of the platform has no result element"
        );
    }
}

#[tokio::test]
async fn platform_info_has_version_and_serial() {
    let stranger = Stranger::new().await;
    let seen = stranger.call(Soap::V11, "OutSystemsPlatform", "GetPlatformInfo", &[]).await;
    assert_eq!(seen.element("Version"), "11.23.1.40123");
    assert_eq!(seen.element("Serial"), "ACM-DEV-A1A-A0A-QRS-TUV-WX2-YZ4");
    stranger.simulator.update(|scenario| {
        scenario.environments[0].version_text_override = Some("Version <11> & more".to_owned());
    });
    let seen = stranger.call(Soap::V11, "OutSystemsPlatform", "GetPlatformInfo", &[]).await;
    assert!(seen.text.contains("<Version>Version &lt;11&gt; &amp; more</Version>"), "{}", seen.text);
}

#[rstest]
#[case(Soap::V11, "soap:Server", "faultstring")]
#[case(Soap::V12, "soap:Receiver", "Text")]
#[tokio::test]
async fn a_refused_log_in_is_a_fault_with_500(
    #[case] version: Soap,
    #[case] code: &str,
    #[case] place: &str,
) {
    let stranger = Stranger::new().await;
    let wrong = [("Username", "maria"), ("Password", "wrong")];
    let seen = stranger.call(version, SERVICES_V8, "Modules_Get", &wrong).await;
    assert_eq!(seen.status, 500);
    assert_eq!(seen.element(place), "Invalid username or password.");
    assert!(seen.text.contains(code), "{}", seen.text);
}

#[rstest]
#[case("<Nothing xmlns=\"http://www.outsystems.com\"/>", 500, "SOAPAction")]
#[case("<GetPlatformInfo xmlns=\"http://ServiceCenter/OutSystemsPlatform/\"/>", 500, "SOAPAction")]
#[case("<GetPlatformInfo xmlns=\"http://www.outsystems.com\"><b></GetPlatformInfo>", 400, "unable to read")]
#[tokio::test]
async fn what_is_no_call_is_the_callers_fault(
    #[case] payload: &str,
    #[case] status: u16,
    #[case] text: &str,
) {
    let stranger = Stranger::new().await;
    for (version, code) in [(Soap::V11, "soap:Client"), (Soap::V12, "soap:Sender")] {
        let seen = stranger.post(version, "/ServiceCenter/OutSystemsPlatform.asmx", "urn:x", payload).await;
        assert_eq!(seen.status, status, "{}", seen.text);
        assert!(seen.text.contains(code) && seen.text.contains(text), "{}", seen.text);
    }
}

#[tokio::test]
async fn methods_without_an_implementation_answer_a_fault() {
    let stranger = Stranger::new().await;
    let seen = stranger.call(Soap::V11, "Solutions", "Download", &[("SolutionName", "x")]).await;
    assert_eq!(seen.status, 500);
    assert!(seen.element("faultstring").contains("not available"));
}

#[tokio::test]
async fn a_post_to_the_wsdl_address_is_a_call_and_a_get_without_query_is_a_page() {
    let stranger = Stranger::new().await;
    let payload = "<GetPlatformInfo xmlns=\"http://www.outsystems.com\"/>";
    let seen = stranger.post(Soap::V12, "/ServiceCenter/OutSystemsPlatform.asmx?wsdl", "", payload).await;
    assert_eq!(seen.element("Version"), "11.23.1.40123");
    let seen = stranger.get(DEV, "/ServiceCenter/OutSystemsPlatform.asmx").await;
    assert!(seen.content_type.starts_with("text/html") && seen.text.contains("GetPlatformInfo"));
}

#[rstest]
#[tokio::test]
async fn every_wsdl_is_well_formed_and_complete(
    #[values(WsdlForm::Normal, WsdlForm::RenamedElements, WsdlForm::OtherDialect)] form: WsdlForm,
) {
    let stranger = Stranger::changed(|scenario| scenario.environments[0].wsdl = form).await;
    for service in SERVICES {
        let seen = stranger.get(DEV, &format!("/ServiceCenter/{service}.asmx?WSDL")).await;
        assert_eq!((seen.status, seen.content_type.as_str()), (200, "text/xml; charset=utf-8"));
        let _ = seen.elements("definitions");
        for expected in [
            format!("targetNamespace=\"http://ServiceCenter/{service}/\""),
            "targetNamespace=\"http://www.outsystems.com\"".to_owned(),
            format!("<wsdl:portType name=\"{service}Soap\">"),
            format!("<wsdl:binding name=\"{service}Soap12\""),
            format!("location=\"https://{DEV}/ServiceCenter/{service}.asmx\""),
        ] {
            assert!(seen.text.contains(&expected), "{service}: {expected}");
        }
        assert_every_reference_is_defined(&seen.text);
    }
}

/// Every `s0:` type or element and every `tns:` name that is used is defined.
fn assert_every_reference_is_defined(wsdl: &str) {
    for (prefix, attributes) in [("s0:", ["type", "element"]), ("tns:", ["message", "binding"])] {
        for attribute in attributes {
            let marker = format!(" {attribute}=\"{prefix}");
            for rest in wsdl.split(&marker).skip(1) {
                let name = rest.split('"').next().unwrap();
                assert!(wsdl.contains(&format!(" name=\"{name}\"")), "{prefix}{name} is not defined");
            }
        }
    }
}

#[tokio::test]
async fn renamed_elements_are_really_spoken() {
    let stranger =
        Stranger::changed(|scenario| scenario.environments[0].wsdl = WsdlForm::RenamedElements).await;
    let seen = stranger.call(Soap::V11, SERVICES_V8, "Modules_Get", &MARIA).await;
    assert_eq!(seen.status, 500, "the default names are unknown there");
    let renamed = [("In1", "maria"), ("In2", "maria-Pass-1")];
    let seen = stranger.call(Soap::V11, SERVICES_V8, "Modules_Get", &renamed).await;
    assert_eq!(seen.status, 200);
    assert_eq!(seen.elements("Out1").len(), 1);
    assert_eq!(seen.elements("CS_Module").len(), 3);
    let seen = stranger.call(Soap::V11, "OutSystemsPlatform", "GetPlatformInfo", &[]).await;
    assert_eq!(seen.element("Version"), "11.23.1.40123", "public names stay");
}

#[tokio::test]
async fn another_dialect_has_one_more_input_and_output() {
    let stranger = Stranger::changed(|scenario| scenario.environments[0].wsdl = WsdlForm::OtherDialect).await;
    let seen = stranger.call(Soap::V11, SERVICES_V8, "Modules_Get", &MARIA).await;
    assert_eq!(seen.status, 500);
    let inputs = [&[("ProtocolVersion", "9")][..], &MARIA].concat();
    let seen = stranger.call(Soap::V11, SERVICES_V8, "Modules_Get", &inputs).await;
    assert_eq!((seen.status, seen.element("ResultCode").as_str()), (200, "0"));
}

#[rstest]
#[case(WsdlForm::Refused, 403)]
#[case(WsdlForm::Absent, 404)]
#[tokio::test]
async fn a_wsdl_may_be_refused_while_calls_work(#[case] form: WsdlForm, #[case] status: u16) {
    let stranger = Stranger::changed(|scenario| scenario.environments[0].wsdl = form).await;
    let seen = stranger.get(DEV, "/ServiceCenter/PlatformServices_v8_0_0.asmx?WSDL").await;
    assert_eq!(seen.status, status);
    assert!(seen.content_type.starts_with("text/html"));
    assert_eq!(stranger.call(Soap::V11, SERVICES_V8, "Modules_Get", &MARIA).await.status, 200);
}

#[tokio::test]
async fn an_external_provider_shows() {
    let stranger =
        Stranger::changed(|scenario| scenario.environments[0].identity_provider = IdentityProvider::Ldap)
            .await;
    let seen = stranger.call(Soap::V12, SERVICES_V8, "ExternalAuthentication_IsActive", &[]).await;
    assert_eq!(seen.element("IsActive"), "true");
    assert_eq!(seen.element("AuthenticationProviderKey"), "LDAP");
}

#[tokio::test]
async fn applications_carry_modules_and_notes_only_if_asked() {
    let stranger = Stranger::new().await;
    for (modules, status, expected) in
        [("true", "true", (3, 1)), ("1", "0", (3, 0)), ("false", "true", (0, 0))]
    {
        let inputs = [&MARIA[..], &[("IncludeModules", modules), ("IncludeStatus", status)]].concat();
        let seen = stranger.call(Soap::V11, SERVICES_V8, "Applications_Get", &inputs).await;
        assert_eq!(seen.elements("CS_Application").len(), 2);
        assert_eq!((seen.elements("CS_Module").len(), seen.elements("CS_StatusMessage").len()), expected);
    }
    let inputs = [&MARIA[..], &[("IncludeModules", "perhaps")]].concat();
    let seen = stranger.call(Soap::V11, SERVICES_V8, "Applications_Get", &inputs).await;
    assert_eq!(seen.status, 400, "a boolean that is none");
}

#[tokio::test]
async fn versions_of_a_module_and_of_none() {
    let stranger = Stranger::new().await;
    let key = stranger.simulator.scenario().environments[0].applications[1].modules[0].key();
    let inputs = [&MARIA[..], &[("ModuleKey", key.as_str())]].concat();
    let seen = stranger.call(Soap::V11, SERVICES_V8, "Module_GetVersions", &inputs).await;
    assert_eq!(seen.elements("Version").len(), 7);
    assert_eq!((seen.element("PublishedVersion").as_str(), seen.element("ErrorCode").as_str()), ("7", "0"));
    let inputs = [&MARIA[..], &[("ModuleKey", "none")]].concat();
    let seen = stranger.call(Soap::V11, SERVICES_V8, "Module_GetVersions", &inputs).await;
    assert_eq!(seen.element("ErrorCode"), "1");
}

#[tokio::test]
async fn eight_thousand_modules_are_about_eight_megabytes() {
    let generated = Generated { applications: 80, modules: 8000, ..Generated::default() };
    let stranger = Stranger::changed(|scenario| scenario.environments[0].generated = generated).await;
    let seen = stranger.call(Soap::V11, SERVICES_V8, "Modules_Get", &MARIA).await;
    assert_eq!(seen.elements("CS_Module").len(), 8003);
    assert!((7_500_000..8_500_000).contains(&seen.text.len()), "{}", seen.text.len());
}
