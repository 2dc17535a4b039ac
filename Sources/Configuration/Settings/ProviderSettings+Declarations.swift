internal import Cryptography
package import SettingDeclarations
internal import Tokens

extension ProviderSettings {
    static let id = Setting(
        "id", .providerID, .required, "The provider's id in paths, in organizations' providers, and in logs.")
    static let name = Setting(
        "name", .text("a name", example: "Acme (Okta)"), .optional,
        "The name that users see on buttons and in lists; default: the id.")
    static let listed = Setting(
        "listed", .boolean, .optional,
        "Whether the general sign-in page lists the provider; default: only if no more than 5 providers have a "
            + "client_id. If more than 8 are listed, the page lists none.")
    static let issuer = Setting(
        "issuer", .issuer, .required,
        "The issuer identifier, exactly as in the tokens' iss. With keys and without client_id it may be any string. "
            + "Providers may share an issuer: the audience selects one.")
    static let clientID = Setting(
        "client_id", .text("the client's id", example: "0oa1"), .optional,
        "The gateway's client id at the provider. Without it, the provider serves bearer tokens only.")
    static let clientSecret = Setting("client_secret", .secret, .optional, "The client's secret, if it has one.")
    static let tokenEndpointAuth = Setting(
        "token_endpoint_auth", .choice("the client authentication method") as SettingKind<TokenEndpointAuth>,
        .optional,
        "The client authentication method at the token endpoint; default: as the discovery document lists, "
            + "client_secret_basic first. private_key_jwt needs client_key.")
    static let clientKey = Setting(
        "client_key", .signingKey, .optional,
        "The private key that signs the client's assertions for private_key_jwt (RFC 7523).")
    static let scopes = Setting(
        "scopes", .list(of: .token("a scope", example: "openid"), atLeast: 1),
        .byDefault("[\"openid\", \"profile\", \"email\"]"), "The scopes that sign-in requests.")
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
        "The maximum time since the user authenticated at the provider; requested and enforced at sign-in.")
    static let acrValues = Setting(
        "acr_values", .list(of: .token("an authentication context class", example: "phr")), .byDefault("[]"),
        "Accepted authentication context classes; requested and enforced at sign-in.")
    static let audiences = Setting(
        "audiences", .list(of: .text("an audience", example: "api://gatehouse")), .byDefault("[]"),
        "Audiences that are accepted in bearer tokens; none: no bearer token is accepted. "
            + "List client_id to accept ID tokens as bearer tokens.")
    static let audienceClaims = Setting(
        "audience_claims", .list(of: .text("the name of a claim", example: "aud"), atLeast: 1), .byDefault("[\"aud\"]"),
        example: "[\"client_id\"]",
        "Claims in which a bearer token names its audience; the first one present decides. Amazon Cognito: client_id."
    )
    static let accessTokenIssuers = Setting(
        "access_token_issuers",
        .list(of: .text("an iss value", example: "http://adfs.example.com/adfs/services/trust")), .byDefault("[]"),
        "Further exact iss values of bearer tokens (ADFS, version 1 of Entra ID); such a token counts as the issuer's.")
    static let authorizedParties = Setting(
        "authorized_parties", .list(of: .text("a client's id", example: "0oa2")), .byDefault("[]"),
        "If not empty, a bearer token's azp must be one of these.")
    static let algorithms = Setting(
        "algorithms", .list(of: SettingKind<SignatureAlgorithm>.choice("a signature algorithm"), atLeast: 1),
        .byDefault("[\(SignatureAlgorithm.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", "))]"),
        example: "[\"RS256\", \"ES256\"]", "Accepted signature algorithms; default: all supported ones.")
    static let keys = Setting(
        "keys", .keyFile, .optional,
        "Fixed keys. Without them, the keys come from the URL in the discovery document.")
    static let discoveryURL = Setting(
        "discovery_url",
        .endpointURL("the discovery document", good: "https://a.example/p/.well-known/openid-configuration?appid=7"),
        .optional,
        "The URL of the discovery document, if not below the issuer. It must still state the issuer exactly.")
    static let endpoints = Setting(
        "endpoints", .section as SettingKind<EndpointSettings>, .byDefault("{}"),
        "Endpoints that replace those of the discovery document. With authorization, token, and either keys or jwks, nothing "
            + "is discovered.")
    static let reachable = Setting(
        "reachable", .list(of: .reachable), .byDefault("[]"),
        "Private addresses, or hosts with private addresses, for the provider's endpoints. The hosts of issuer, "
            + "discovery_url and endpoints are always allowed.")
    static let subjectClaim = Setting(
        "subject_claim", .text("the name of a claim", example: "uid"), .byDefault("\"sub\""),
        "The claim that names the subject (uid at Okta, oid at Entra). An ID token without it falls back to sub; a bearer "
            + "token without it is refused.")
    static let groupsClaim = Setting(
        "groups_claim", .text("the name of a claim", example: "groups"), .byDefault("\"groups\""),
        "The claim whose strings are the user's groups for upstreams; or a JSON Pointer (RFC 6901).")
    static let trustEmail = Setting(
        "trust_email", .boolean, .byDefault("false"),
        "Whether addresses in email_domains count as verified if the provider sends no email_verified.")
    static let emailDomains = Setting(
        "email_domains", .list(of: .domain), .byDefault("[]"),
        "Users with an email address in these domains sign in at this provider. Required for trust_email.")
    static let clockSkew = Setting(
        "clock_skew", .duration(in: .seconds(0) ... .seconds(3600)), .byDefault("\"60s\""),
        "The tolerated difference of the provider's clock.")
    static let maxTokenAge = Setting(
        "max_token_age", .duration(in: .seconds(1) ... .seconds(36500 * 86400)), .byDefault("\"24h\""),
        "The maximum time since a token's iat.")
    static let caFile = Setting(
        "ca_file", .pem("a PEM file with certificates", label: "CERTIFICATE", good: "ca.pem"), .optional,
        "Certificate authorities for the provider's certificate, instead of the system's.")
    static let insecureAllowHTTP = Setting(
        "insecure_allow_http", .boolean, .byDefault("false"),
        "Allows an http issuer on loopback: for tests and the demo.")

    package static let settings = [
        DeclaredSetting(id), DeclaredSetting(name), DeclaredSetting(listed), DeclaredSetting(issuer),
        DeclaredSetting(clientID),
        DeclaredSetting(clientSecret), DeclaredSetting(tokenEndpointAuth), DeclaredSetting(clientKey),
        DeclaredSetting(scopes), DeclaredSetting(authorizationParameters), DeclaredSetting(logoutParameters),
        DeclaredSetting(maxAge), DeclaredSetting(acrValues), DeclaredSetting(audiences),
        DeclaredSetting(audienceClaims), DeclaredSetting(accessTokenIssuers), DeclaredSetting(authorizedParties),
        DeclaredSetting(algorithms), DeclaredSetting(keys), DeclaredSetting(discoveryURL), DeclaredSetting(endpoints),
        DeclaredSetting(reachable), DeclaredSetting(subjectClaim), DeclaredSetting(groupsClaim),
        DeclaredSetting(trustEmail),
        DeclaredSetting(emailDomains), DeclaredSetting(clockSkew), DeclaredSetting(maxTokenAge),
        DeclaredSetting(caFile), DeclaredSetting(insecureAllowHTTP),
    ]
}
