import Testing

@testable import Sessions

@Suite("Devices in words")
struct DeviceNameTests {
    @Test(
        "a user agent names the browser and the system",
        arguments: [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0.0.0 Safari/537.36 Edg/130.0",
                "Edge on Windows"
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Safari/604.1",
                "Safari on iPhone"
            ),
            (
                "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36",
                "Chrome on Android"
            ),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox on Linux"),
            ("curl/8.5.0", "curl"), ("Something (Windows)", "Windows"), ("", "Unknown device"),
            ("<script>", "Unknown device"),
        ])
    func names(_ agent: String, _ name: String) {
        #expect(DeviceName(userAgent: agent).text == name)
    }
}
