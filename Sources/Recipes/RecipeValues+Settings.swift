public import Configuration
internal import HTTPMessage
internal import Identities
internal import Text

extension RecipeValues {
    private static let usualFile = "/etc/gatehouse/gatehouse.jsonc"
    private static let usualFolder = "/var/lib/gatehouse"

    /// The values of a configuration.
    ///
    /// - Parameter file: the path of the configuration. A relative one says nothing about where the file will be.
    /// - Throws: a fault if a URL cannot be read again.
    public init(_ settings: Settings, file: String) throws(RecipeFault) {
        func url(_ origin: String) throws(RecipeFault) -> AbsoluteURL {
            guard let url = AbsoluteURL(origin) else { throw RecipeFault("\(origin.quoted()) is not a URL") }
            return url
        }
        var upstreams: [Upstream] = []
        for upstream in settings.upstreams {
            upstreams.append(
                Upstream(
                    id: upstream.id.text, origin: try url(upstream.origin), isProxied: !upstream.addresses.isEmpty,
                    passesAuthorization: upstream.passAuthorization))
        }
        self.init(
            publicURL: try url(settings.publicURL.origin), servesTLS: !settings.tls.isEmpty, listen: settings.listen,
            forwardAuthListen: settings.forwardAuthListen, adminListen: settings.adminListen,
            trustedProxies: settings.trustedProxies,
            configurationFile: file.starts(exactly: "/") ? file : RecipeValues.usualFile,
            storageFolder: RecipeValues.folder(of: settings.storage), drainDelay: settings.drainDelay,
            upstreams: upstreams, database: RecipeValues.database(of: settings.storage))
    }

    /// The folder of the database, if the unit has to allow writing there.
    private static func folder(of storage: StorageSettings) -> String? {
        switch storage {
        case .postgreSQL: return nil
        case .sqlite(let path):
            guard path.starts(exactly: "/"), let slash = path.lastIndex(ofASCII: "/") else { return nil }
            let folder = String(path[..<slash])
            return folder.isEmpty || folder.isExactly(usualFolder) ? nil : folder
        }
    }
    private static func database(of storage: StorageSettings) -> Database? {
        guard case .postgreSQL(let settings) = storage else { return nil }
        return Database(url: settings.url, direct: settings.direct)
    }
}
