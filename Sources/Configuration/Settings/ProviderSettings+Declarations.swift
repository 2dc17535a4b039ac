internal import Cryptography
internal import Tokens

extension ProviderSettings {
    static let id = Setting(
        "id", .providerID, .required, "The provider's name here: in paths, in organizations' providers, in logs.")
    static let name = Setting(
        "name", .text("a name", example: "Acme (Okta)"), .optional,
        "The name that users see on buttons and in lists; default: the id.")
    static let listed = Setting(
        "listed", .boolean, .optional,
        "Whether the general sign-in page offers it by name; default: only while no more than 5 providers have a "
            + "client_id. If more than 8 are listed, the page names none.")
    static let issuer = Setting(
        "issuer", .issuer, .required,
        "Its issuer identifier, exactly as its tokens name it in iss. With keys and no client_id it may be any string. "
            + "Several providers may share one: the audience picks.")
    static let clientID = Setting(
        "client_id", .text("the client's id", example: "0oa1"), .optional,
        "The client that the provider knows the gateway as; without it the provider serves bearer tokens only.")
    static let clientSecret = Setting("client_secret", .secret, .optional, "The client's secret, where it has one.")
    static let tokenEndpointAuth = Setting(
        "token_endpoint_auth", .choice("how the client proves that it is the client") as SettingKind<TokenEndpointAuth>,
        .optional,
        "How the client proves itself at the token endpoint; default: by its secret, as the discovery document offers, "
            + "client_secret_basic first. private_key_jwt needs client_key.")
    static let clientKey = Setting(
        "client_key", .signingKey, .optional,
        "The private key that signs the client's assertions for private_key_jwt (RFC 7523).")
    static let scopes = Setting(
        "scopes", .list(of: .token("a scope", example: "openid"), atLeast: 1),
        .byDefault("[\"openid\", \"profile\", \"email\"]"), "What sign-in asks for.")
    static let authorizationParameters = Setting(
        "authorization_parameters",
        .dictionary(
            "an object of strings", good: ["{\"prompt\": \"select_account\"}"],
            refusing: [
                "client_id", "redirect_uri", "response_type", "scope", "state", "nonce",
                "code_challenge", "code_challenge_method", "max_age", "acr_values", "client_secret",
            ]), .byDefault("{}"), "Parameters that are added to the authorization request.")
    static let logoutParameters = Setting(
        "logout_parameters",
        .dictionary(
            "an object of strings", good: ["{\"logout_uri\": \"https://access.example.com/auth/signed-out\"}"],
            refusing: ["client_id", "id_token_hint", "post_logout_redirect_uri", "state"]),
        .byDefault("{}"), "Parameters that are added to the logout request (logout_uri at Amazon Cognito).")
    static let maxAge = Setting(
        "max_age", .duration(in: .seconds(0) ... .seconds(3650 * 86400)), .optional, example: "\"12h\"",
        "How long ago the provider may have asked for the password; asked for and enforced at sign-in.")
    static let acrValues = Setting(
        "acr_values", .list(of: .token("an authentication context class", example: "phr")), .byDefault("[]"),
        "Authentication contexts of which a sign-in needs one; asked for and enforced.")
    static let audiences = Setting(
        "audiences", .list(of: .text("an audience", example: "api://gatehouse")), .byDefault("[]"),
        "Audiences that bearer tokens may be for; none: no bearer token is accepted. "
            + "List client_id to accept ID tokens as bearer tokens.")
    static let audienceClaims = Setting(
        "audience_claims", .list(of: .text("the name of a claim", example: "aud"), atLeast: 1), .byDefault("[\"aud\"]"),
        example: "[\"client_id\"]",
        "Claims in which a bearer token names its audience; the first one that it has decides. Amazon Cognito: client_id."
    )
    static let accessTokenIssuers = Setting(
        "access_token_issuers",
        .list(of: .text("an iss value", example: "http://adfs.example.com/adfs/services/trust")), .byDefault("[]"),
        "Further exact iss values of bearer tokens (ADFS, version 1 of Entra ID); such a token is one of the issuer.")
    static let authorizedParties = Setting(
        "authorized_parties", .list(of: .text("a client's id", example: "0oa2")), .byDefault("[]"),
        "Where not empty, a bearer token's azp must be one of these.")
    static let algorithms = Setting(
        "algorithms", .list(of: SettingKind<SignatureAlgorithm>.choice("a signature algorithm"), atLeast: 1),
        .byDefault("[\(SignatureAlgorithm.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", "))]"),
        example: "[\"RS256\", \"ES256\"]", "Signature algorithms that are accepted; default: all that are known.")
    static let keys = Setting(
        "keys", .keyFile, .optional,
        "Fixed keys; without it the provider's discovery document says where they are.")
    static let discoveryURL = Setting(
        "discovery_url",
        .endpointURL("the discovery document", good: "https://a.example/p/.well-known/openid-configuration?appid=7"),
        .optional,
        "Where the discovery document is, if not below the issuer. It still has to state the issuer exactly.")
    static let endpoints = Setting(
        "endpoints", .section as SettingKind<EndpointSettings>, .byDefault("{}"),
        "Endpoints that replace those of the discovery document. With authorization, token, and either keys or jwks, nothing "
            + "is discovered.")
    static let reachable = Setting(
        "reachable", .list(of: .reachable), .byDefault("[]"),
        "Private addresses, or hosts with private addresses, at which the provider's endpoints may be. The hosts of issuer, "
            + "discovery_url and endpoints may have one anyway.")
    static let subjectClaim = Setting(
        "subject_claim", .text("the name of a claim", example: "uid"), .byDefault("\"sub\""),
        "The claim that names the subject (uid at Okta, oid at Entra). An ID token without it is named by sub; a bearer token "
            + "without it is refused.")
    static let trustEmail = Setting(
        "trust_email", .boolean, .byDefault("false"),
        "Whether e-mails of email_domains count as verified although no email_verified is sent.")
    static let emailDomains = Setting(
        "email_domains", .list(of: .domain), .byDefault("[]"),
        "Sign-in by an e-mail address of these domains finds this provider; trust_email needs them.")
    static let clockSkew = Setting(
        "clock_skew", .duration(in: .seconds(0) ... .seconds(3600)), .byDefault("\"60s\""),
        "How far the provider's clock may differ.")
    static let maxTokenAge = Setting(
        "max_token_age", .duration(in: .seconds(1) ... .seconds(36500 * 86400)), .byDefault("\"24h\""),
        "How old a token's iat may be.")
    static let caFile = Setting(
        "ca_file", .pem("a PEM file with certificates", label: "CERTIFICATE", good: "ca.pem"), .optional,
        "Certificates that the provider's own is checked against, instead of the system's.")
    static let insecureAllowHTTP = Setting(
        "insecure_allow_http", .boolean, .byDefault("false"),
        "Allows an http issuer on loopback: for tests and the demo.")

    static let settings = [
        DeclaredSetting(id), DeclaredSetting(name), DeclaredSetting(listed), DeclaredSetting(issuer),
        DeclaredSetting(clientID),
        DeclaredSetting(clientSecret), DeclaredSetting(tokenEndpointAuth), DeclaredSetting(clientKey),
        DeclaredSetting(scopes), DeclaredSetting(authorizationParameters), DeclaredSetting(logoutParameters),
        DeclaredSetting(maxAge), DeclaredSetting(acrValues), DeclaredSetting(audiences),
        DeclaredSetting(audienceClaims), DeclaredSetting(accessTokenIssuers), DeclaredSetting(authorizedParties),
        DeclaredSetting(algorithms), DeclaredSetting(keys), DeclaredSetting(discoveryURL), DeclaredSetting(endpoints),
        DeclaredSetting(reachable), DeclaredSetting(subjectClaim), DeclaredSetting(trustEmail),
        DeclaredSetting(emailDomains), DeclaredSetting(clockSkew), DeclaredSetting(maxTokenAge),
        DeclaredSetting(caFile), DeclaredSetting(insecureAllowHTTP),
    ]
}
