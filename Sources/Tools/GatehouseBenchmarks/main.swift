try benchmarkJSON()
