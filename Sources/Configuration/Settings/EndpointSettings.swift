public import HTTPMessage
package import SettingDeclarations
internal import Text

/// Endpoints of a provider that replace those of its discovery document.
public struct EndpointSettings: Sendable {
    public let authorization: AbsoluteURL?
    public let token: AbsoluteURL?
    public let userinfo: AbsoluteURL?
    public let jwks: AbsoluteURL?
    public let endSession: AbsoluteURL?

    /// The endpoints that are set, by the names of their settings.
    var all: [(name: String, url: AbsoluteURL)] {
        [
            ("authorization", authorization), ("token", token), ("userinfo", userinfo), ("jwks", jwks),
            ("end_session", endSession),
        ].compactMap { name, url in url.map { (name, $0) } }
    }
}

extension EndpointSettings: Section {
    static let authorization = Setting(
        "authorization", .endpointURL("the authorization endpoint"), .optional, "The URL for sign-in.")
    static let token = Setting("token", .endpointURL("the token endpoint"), .optional, "The URL for redeeming codes.")
    static let userinfo = Setting(
        "userinfo", .endpointURL("the userinfo endpoint"), .optional, "The URL for claims that ID tokens lack.")
    static let jwks = Setting("jwks", .endpointURL("the key set"), .optional, "The URL of the keys.")
    static let endSession = Setting(
        "end_session", .endpointURL("the logout endpoint"), .optional, "The URL for signing out.")

    package static let settings = [
        DeclaredSetting(authorization), DeclaredSetting(token), DeclaredSetting(userinfo), DeclaredSetting(jwks),
        DeclaredSetting(endSession),
    ]

    package init?(_ members: SectionMembers) {
        typealias S = EndpointSettings
        (authorization, token, userinfo) = (members[S.authorization], members[S.token], members[S.userinfo])
        (jwks, endSession) = (members[S.jwks], members[S.endSession])
    }
}

extension SettingKind<AbsoluteURL> {
    /// A URL at a provider. The provider's other settings decide whether http is allowed.
    static func endpointURL(_ noun: String, good: String = "https://idp.example.com/path?a=b") -> SettingKind {
        let noun = "the URL of \(noun)"
        return text(
            noun, good: ["\"\(good)\""],
            wrong: [
                "\"/path\"", "\"ftp://a.example/\"", "\"https://u@a.example/\"", "\"https://a.example/#f\"",
                "\"http://a.example\"",
            ]
        ) { (text) throws(SettingError) -> AbsoluteURL in
            guard let url = AbsoluteURL(text), url.scheme == "https" || url.scheme == "http" else {
                throw SettingError("must be \(noun), beginning with https://")
            }
            guard !url.hasUserInfo, !url.hasFragment else {
                throw SettingError("must be \(noun), without a user name and without a fragment")
            }
            return url
        }
    }
}
