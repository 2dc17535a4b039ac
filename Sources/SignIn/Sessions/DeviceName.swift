internal import Text

/// The browser and the system that a `User-Agent` field names, in words: `Chrome on macOS`.
///
/// Browsers name their predecessors too, so the order of the names matters: Edge also names Chrome, and Chrome also names
/// Safari.
struct DeviceName {
    let text: String

    init(userAgent: String) {
        let browser = DeviceName.browsers.first { userAgent.holds(exactly: $0.mark) }?.name
        let system = DeviceName.systems.first { userAgent.holds(exactly: $0.mark) }?.name
        switch (browser, system) {
        case (let browser?, let system?): text = "\(browser) on \(system)"
        case (let name?, nil), (nil, let name?): text = name
        case (nil, nil): text = "Unknown device"
        }
    }

    private static let browsers = [
        (mark: "Edg", name: "Edge"), (mark: "OPR/", name: "Opera"), (mark: "SamsungBrowser/", name: "Samsung Internet"),
        (mark: "Firefox/", name: "Firefox"), (mark: "FxiOS/", name: "Firefox"), (mark: "CriOS/", name: "Chrome"),
        (mark: "Chromium/", name: "Chromium"), (mark: "Chrome/", name: "Chrome"), (mark: "Safari/", name: "Safari"),
        (mark: "curl/", name: "curl"),
    ]

    private static let systems = [
        (mark: "iPhone", name: "iPhone"), (mark: "iPad", name: "iPad"), (mark: "Android", name: "Android"),
        (mark: "Windows", name: "Windows"), (mark: "CrOS", name: "ChromeOS"), (mark: "Mac OS X", name: "macOS"),
        (mark: "Linux", name: "Linux"),
    ]
}
