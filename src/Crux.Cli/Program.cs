using Crux.Cli;

return await CruxCommand.RunAsync(args, Terminal.OfProcess());
