import Inventory
import InventoryStore
import Testing

@Suite("Licenses")
struct LicenseTests {
    @Test(
        "the state of a metric",
        arguments: [
            (nil, 5, nil), (0, 0, .ok), (0, 1, .over), (10, 7, .ok), (10, 8, .near), (10, 10, .near), (10, 11, .over),
        ] as [(Int?, Int, LicenseState?)])
    func state(licensed: Int?, figure: Int, state: LicenseState?) {
        var license = License()
        license[.runners] = licensed
        #expect(license.state(of: figure, .runners) == state)
        #expect((License.used(figure, of: licensed) == nil) == (licensed ?? 0 == 0))
        license.near = 0
        #expect(license.state(of: 0, .runners) == licensed.map { $0 > 0 ? .near : .ok })
    }
}
