using Crux.Simulator.Tests.Flock;
using Xunit.Runner.InProc.SystemConsole;

if (args is [HistoryTests.TraceOnly, var seed])
{
    Console.WriteLine(HistoryTests.TraceOf(ulong.Parse(seed, null)));
    return 0;
}
return await ConsoleRunner.Run(args);
