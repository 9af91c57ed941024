// Linked with libFuzzer, which has the main function, and with FuzzTargets, which has its entry: nothing is left to say.
