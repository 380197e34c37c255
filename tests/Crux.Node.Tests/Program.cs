using Crux.Node.Tests.Flock;
using Xunit.Runner.InProc.SystemConsole;

return args is [HostProcess.Verb, ..] ? await HostProcess.RunAsync(args[1..]) : await ConsoleRunner.Run(args);
