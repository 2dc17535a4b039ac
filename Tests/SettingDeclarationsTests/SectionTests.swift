import JSON
import Testing

@testable import SettingDeclarations

/// A section with one setting of each presence.
private struct Sample: Section {
    static let name = Setting("name", .text("a name", example: "a"), .required, "The name.")
    static let count = Setting("count", .integer(in: 1...9), .byDefault("3"), "The count.")
    static let tags = Setting("tags", .list(of: .text("a tag", example: "x")), .optional, "The tags.")
    static let settings = [DeclaredSetting(name), DeclaredSetting(count), DeclaredSetting(tags)]

    let name: String
    let count: Int
    let tags: [String]?

    init?(_ members: SectionMembers) {
        guard let name = members[Sample.name], let count = members[Sample.count] else { return nil }
        (self.name, self.count, tags) = (name, count, members[Sample.tags])
    }
}

@Suite("Sections of declared settings")
struct SectionTests {
    private func read(_ text: String, known: [DeclaredSetting] = []) throws -> (Sample?, [String]) {
        let reader = SettingReader(
            sources: SettingSources(environment: { _ in nil }), directory: "", known: known)
        let root = try JSONDocument(parsing: Array(text.utf8)).root
        let sample = SettingKind<Sample>.section.read(root, .root.member("sample"), reader)
        return (sample, reader.faults.map { "\($0.path): \($0.message)" })
    }

    @Test("members are read by their declarations, and an omitted one has its default")
    func values() throws {
        let (sample, faults) = try read(#"{"name":"n","tags":["a","b"]}"#)
        #expect(faults.isEmpty && sample?.name == "n" && sample?.count == 3)
        #expect(sample?.tags == ["a", "b"])
    }

    @Test(
        "each fault is at its place",
        arguments: [
            (#"{}"#, "sample.name: is required: a name"),
            (#"{"name":"n","count":10}"#, "sample.count: must be a whole"),
            (#"{"name":"n","tags":["a","a"]}"#, "sample.tags[1]: is already in the list"),
            (#"{"name":"n","cuont":1}"#, "sample.cuont: is not a setting; did you mean \"count\"?"),
            (#"[]"#, "sample: must be an object, not an array"),
        ])
    func faults(text: String, fault: String) throws {
        let (_, faults) = try read(text)
        #expect(faults.count == 1 && faults[0].hasPrefix(fault), "\(faults)")
    }

    @Test("a setting of another section is named with its place")
    func elsewhere() throws {
        let other = Setting("elsewhere", .section as SettingKind<Sample>, .optional, "Another.")
        let far = Setting("colour", .boolean, .optional, "A colour.")
        let (_, faults) = try read(#"{"name":"n","colour":1}"#, known: [DeclaredSetting(other), DeclaredSetting(far)])
        #expect(faults.count == 1 && faults[0].contains("is not a setting here, but colour is"))
    }
}
