import Glibc
import Processes
import Testing

@Suite("The process")
struct ProcessTests {
    @Test("variables of the environment are returned by name, and those that are not UTF-8 are omitted")
    func environment() {
        unsafe setenv("GATEHOUSE_TEST_VARIABLE", "one=two", 1)
        unsafe setenv("GATEHOUSE_TEST_OTHER", "\u{E9}", 1)
        let bytes: [CChar] = [CChar(bitPattern: 0xE9), 0]
        unsafe setenv("GATEHOUSE_TEST_LATIN", bytes, 1)
        let variables = ProcessEnvironment.variables
        #expect(variables["GATEHOUSE_TEST_VARIABLE"] == "one=two" && variables["GATEHOUSE_TEST_OTHER"] == "\u{E9}")
        #expect(variables["GATEHOUSE_TEST_LATIN"] == nil)
    }
}
