// Benchmarks of single components: `swift run -c release GatehouseBenchmarks [NAME…]`.
let chosen = Set(CommandLine.arguments.dropFirst())
func isChosen(_ name: String) -> Bool { chosen.isEmpty || chosen.contains(name) }

if isChosen("router") { try benchmarkRouter() }
if isChosen("json") { try benchmarkJSON() }
if isChosen("tokens") { try benchmarkTokens() }

if isChosen("usage") { try benchmarkUsage() }
if isChosen("publishing") { try await benchmarkPublishing() }
if isChosen("metrics") { try await benchmarkMetrics() }
if isChosen("sessions") { try await benchmarkSessions() }
if isChosen("decisions") { try benchmarkDecisions() }
if isChosen("acceptances") { try await benchmarkAcceptances() }
if isChosen("memory") { try await benchmarkMemory() }
if isChosen("audit") { try benchmarkAudit() }
