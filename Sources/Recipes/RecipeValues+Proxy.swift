internal import Addresses
internal import HTTPMessage
internal import Sockets
internal import Text

/// The values of the files of proxies.
extension RecipeValues {
    /// The address of an application that the gateway is only asked about: it is not in the configuration.
    private static func application(_ index: Int) -> SocketAddress {
        SocketAddress(host: "127.0.0.1", port: UInt16(clamping: 3000 + index))
    }

    /// Returns the values of a proxy in front of the gateway and of the applications.
    ///
    /// - Throws: what the configuration lacks.
    func proxy(named name: String) throws(RecipeFault) -> TemplateValues {
        guard !servesTLS else {
            throw RecipeFault("the proxy ends TLS: remove \"tls\", and give its files to the proxy")
        }
        guard let first = listen.first else { throw RecipeFault("\"listen\" is missing") }
        let gateway = try RecipeValues.reachable(first, "listen")
        guard let forwardAuthListen else {
            throw RecipeFault(
                "the proxy asks another listener: set \"forward_auth_listen\", such as \"127.0.0.1:9092\"")
        }
        let forward = try RecipeValues.reachable(forwardAuthListen, "forward_auth_listen")
        // A proxy elsewhere has an address that is not known here.
        if let address = IPAddress(forward.host), address.isLoopback,
            !trustedProxies.contains(where: { $0.contains(address) })
        {
            throw RecipeFault("the gateway does not answer the proxy: add \"\(address)\" to \"trusted_proxies\"")
        }
        let port = publicURL.effectivePort
        guard port != first.port else {
            throw RecipeFault(
                "the proxy needs port \(port) of \"public_url\", at which the gateway itself listens: change \"listen\""
            )
        }
        let asked = upstreams.filter { !$0.isProxied }
        guard !asked.isEmpty else {
            throw RecipeFault("the proxy has nothing to ask about: add an upstream without \"address\"")
        }
        for upstream in upstreams
        where upstream.origin.effectivePort != port || !upstream.origin.scheme.isExactly(publicURL.scheme) {
            throw RecipeFault(
                "upstream \(upstream.id) has another scheme or port than \"public_url\"; the recipe has one listener")
        }
        return [
            "tls": .flag(publicURL.scheme.isExactly("https")),
            "certificate": .text("/etc/ssl/gatehouse/fullchain.pem"),
            "private_key": .text("/etc/ssl/gatehouse/key.pem"),
            "haproxy_certificate": .text("/etc/ssl/gatehouse/haproxy.pem"),
            "scheme": .text(publicURL.scheme),
            "listen_port": .number(port),
            "gateway": .text(gateway.description),
            "gateway_host": .text(gateway.host),
            "gateway_port": .number(gateway.port),
            "forward": .text(forward.description),
            "forward_host": .text(forward.host),
            "forward_port": .number(forward.port),
            "fields": .list((ProxyFields.identity + [ProxyFields.requestID]).map(RecipeValues.field)),
            "private_fields": .list(ProxyFields.identity.map(RecipeValues.field)),
            "dropped_names": .list(ProxyFields.dropped.map(RecipeValues.field)),
            "dropped": .list((ProxyFields.dropped + ProxyFields.knownWithPrefix).map(RecipeValues.field)),
            "proxied": .list(
                [RecipeValues.host(publicURL)] + upstreams.filter(\.isProxied).map { RecipeValues.host($0.origin) }),
            "applications": .list(asked.enumerated().map { RecipeValues.asked($1, RecipeValues.application($0)) }),
        ]
    }

    private static func field(_ name: String) -> TemplateValues {
        let lower = name.asciiLowercased()
        let variable = String(
            decoding: lower.utf8.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0 }, as: UTF8.self)
        return ["name": .text(name), "lower": .text(lower), "variable": .text(variable)]
    }

    private static func host(_ url: AbsoluteURL) -> TemplateValues {
        ["host": .text(url.host), "authority": .text(url.authority)]
    }

    private static func asked(_ upstream: Upstream, _ address: SocketAddress) -> TemplateValues {
        let origin = upstream.origin
        return [
            "id": .text(upstream.id),
            "host": .text(origin.host),
            "authority": .text(origin.authority),
            "origin": .text("\(origin.scheme)://\(origin.authority)"),
            "application": .text(address.description),
            "application_host": .text(address.host),
            "application_port": .number(address.port),
            "passes_authorization": .flag(upstream.passesAuthorization),
            "passes_authorization_word": .text(upstream.passesAuthorization ? "yes" : "no"),
        ]
    }
}
