import Foundation
import FuzzTargets
import Testing

@Suite("The corpora of the fuzz targets")
struct CorpusTests {
    @Test("each input keeps its parser's promises", arguments: FuzzTarget.allCases)
    func replay(_ target: FuzzTarget) throws {
        let files = try inputs(of: target)
        #expect(files.count >= 3, "the corpus of \(target.rawValue) has fewer than three files")
        for file in files {
            target.run(Array(try Data(contentsOf: file)))
        }
    }

    @Test("each input, cut off at any position, keeps its parser's promises", arguments: FuzzTarget.allCases)
    func truncated(_ target: FuzzTarget) throws {
        for file in try inputs(of: target) {
            let bytes = Array(try Data(contentsOf: file))
            for count in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 16)) {
                target.run(Array(bytes.prefix(count)))
            }
        }
    }

    @Test("each folder belongs to a target, and has no large files")
    func folders() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: corpora.path)
        #expect(Set(names) == Set(FuzzTarget.allCases.map(\.rawValue)))
        for target in FuzzTarget.allCases {
            let files = try inputs(of: target)
            #expect(files.count <= 40)
            for file in files {
                let size = try file.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
                #expect(size <= 48 << 10, "\(file.lastPathComponent)")
            }
        }
    }

    private func inputs(of target: FuzzTarget) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(
            at: corpora.appendingPathComponent(target.rawValue), includingPropertiesForKeys: [.fileSizeKey]
        ).sorted { $0.path < $1.path }
    }

    private let corpora = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Vectors/Corpora")
}
