internal import Recipes
internal import Text

extension Command {
    static let recipe = Command(
        path: ["recipe"], summary: "Prints files that make other programs work with the gateway",
        details: """
            Without NAME, the recipes are listed. A recipe is filled in from the configuration, or else from an example:
            the gateway on 127.0.0.1:8081, a proxy at http://localhost:8080, and an application at
            http://reports.localhost:8080. The head of each file says where it belongs.
            """,
        options: [.value("config", "FILE", "the configuration")],
        operands: [Operand(placeholder: "NAME", isRequired: false, help: "the recipe")]
    ) { (call) throws(CommandError) -> ExitCode in
        guard let name = call.arguments.optionalOperand("NAME") else {
            guard !call.arguments.has("config") else { throw .usage("NAME is missing: the recipe") }
            let width = Recipe.allCases.map(\.rawValue.utf8.count).max() ?? 0
            for recipe in Recipe.allCases {
                let gap = String(repeating: " ", count: width - recipe.rawValue.utf8.count + 2)
                call.print(recipe.rawValue + gap + recipe.summary)
            }
            return .done
        }
        guard let recipe = Recipe(named: name) else {
            let known = Recipe.allCases.map(\.rawValue)
            let meant = Suggestion.nearest(to: name, among: known).map { "did you mean \($0)?" }
            throw .usage("unknown recipe \(shown(name)); \(meant ?? "available: " + known.joined(separator: ", "))")
        }
        let values = try values(of: call)
        do throws(RecipeFault) {
            call.output.write(try recipe.text(for: values))
        } catch {
            throw .failure("the recipe cannot be printed: \(error)")
        }
        return .done
    }
}

/// What a recipe needs to know, of the configuration or of the example.
private func values(of call: Invocation) throws(CommandError) -> RecipeValues {
    guard let file = call.arguments.value("config") else {
        guard let example = RecipeValues.example else { throw .failure("there is no example") }
        return example
    }
    let settings = try call.settings()
    do throws(RecipeFault) {
        return try RecipeValues(settings, file: file)
    } catch {
        throw .failure("the recipe cannot be printed: \(error)")
    }
}
