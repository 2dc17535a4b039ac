internal import Identities
internal import JSON
internal import SettingDeclarations
internal import Text
internal import Tokens

/// Checks that a token's issuer and audience identify one provider.
struct IssuerChecks {
    /// One `iss` value that a provider's bearer tokens may have.
    private struct Name {
        let provider: Int
        let value: JSONValue
        let path: String
        /// True if the value is one of `access_token_issuers`.
        let isFurther: Bool
    }

    private struct Audience {
        let text: ExactText
        let value: JSONValue
        let path: String
    }

    private let reader: SettingReader
    private var names: [Issuer: [Name]] = [:]
    private var order: [Issuer] = []
    private var audiences: [[Audience]] = []

    init(_ providers: [JSONValue], _ reader: SettingReader) {
        self.reader = reader
        for (index, provider) in providers.enumerated() {
            let path = "providers[\(index)]"
            audiences.append(
                IssuerChecks.texts(provider, ProviderSettings.audiences.name, path).map {
                    Audience(text: ExactText($0.text), value: $0.value, path: $0.path)
                })
            if let issuer = provider.member(ProviderSettings.issuer.name), let text = issuer.string {
                add(Name(provider: index, value: issuer, path: path, isFurther: false), text)
            }
            for further in IssuerChecks.texts(provider, ProviderSettings.accessTokenIssuers.name, path) {
                add(Name(provider: index, value: further.value, path: further.path, isFurther: true), further.text)
            }
        }
    }

    private static func texts(
        _ provider: JSONValue, _ name: String, _ path: String
    ) -> [(text: String, value: JSONValue, path: String)] {
        let list = provider.member(name).map { Array($0.elements) } ?? []
        return list.enumerated().compactMap { place, value in
            value.string.map { ($0, value, "\(path).\(name)[\(place)]") }
        }
    }

    private mutating func add(_ name: Name, _ text: String) {
        let key = Issuer(text)
        if names[key] == nil { order.append(key) }
        names[key, default: []].append(name)
    }

    func run() {
        for key in order { check(names[key] ?? []) }
    }

    /// Checks providers that share an issuer: no two of them may have a common audience.
    private func check(_ sharing: [Name]) {
        guard sharing.count > 1 else { return }
        var owners: [ExactText: Name] = [:]
        var ownerOfNone: Name?
        for name in sharing {
            let own = audiences[name.provider]
            for audience in own {
                if let earlier = owners[audience.text], earlier.provider != name.provider {
                    tell(name, earlier, audience)
                } else {
                    owners[audience.text] = name
                }
            }
            guard own.isEmpty else { continue }
            if let earlier = ownerOfNone, earlier.provider != name.provider { tell(name, earlier, nil) }
            ownerOfNone = name
        }
    }

    private func tell(_ name: Name, _ earlier: Name, _ audience: Audience?) {
        guard name.isFurther || earlier.isFurther else {
            if let audience {
                reader.fault(
                    at: audience.value, audience.path,
                    "is already an audience of providers[\(earlier.provider)], which has the same issuer: "
                        + "tokens could not be distinguished")
            }
            return
        }
        let (further, other) = name.isFurther ? (name, earlier) : (earlier, name)
        let which = audience.map { "the audience \(quoted($0.text.text)) too" } ?? "no audiences either"
        reader.fault(
            at: further.value, further.path,
            "is an issuer of providers[\(other.provider)] too, which has \(which): tokens could not be distinguished")
    }
}
