// What costs what, without any other program: `swift run -c release GatehouseBenchmarks`.
try benchmarkJSON()
try benchmarkTokens()
try benchmarkMetrics()
try await benchmarkSessions()
try benchmarkAudit()
