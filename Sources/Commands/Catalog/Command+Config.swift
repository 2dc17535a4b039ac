internal import Configuration
internal import JSON

extension Command {
    static let configReference = Command(
        path: ["config", "reference"], summary: "Prints every setting with its meaning and default"
    ) { call in
        call.output.write(Array(ReferenceText.text.utf8))
        return .done
    }

    static let configSchema = Command(
        path: ["config", "schema"], summary: "Prints a JSON Schema of the configuration for editors"
    ) { call in
        var writer = JSONWriter(reservingCapacity: 1 << 14)
        SchemaText.write(to: &writer)
        call.print(writer.bytes)
        return .done
    }
}
