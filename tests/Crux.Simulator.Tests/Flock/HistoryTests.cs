using System.Diagnostics;

namespace Crux.Simulator.Tests.Flock;

public sealed class HistoryTests
{
    /// <summary>Where a child process finds that it is to print one history's hash and nothing else.</summary>
    public const string TraceOnly = "--trace-of-seed";

    [Fact]
    public void One_seed_gives_one_history()
    {
        Assert.Equal(TraceOf(11), TraceOf(11));
        Assert.NotEqual(TraceOf(11), TraceOf(12));
    }

    [Fact]
    public async Task One_seed_gives_one_history_in_another_process()
    {
        using var child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [.. Self(), TraceOnly, "11"]) { RedirectStandardOutput = true })!;
        var printed = await child.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(TraceOf(11), printed.Trim());
    }

    /// <summary>The hash of a short history with a little of everything in it.</summary>
    public static string TraceOf(ulong seed)
    {
        using var story = Scenario.Of(seed, 20, new() { Loss = 0.05, Duplication = 0.02, Reordering = 0.05 });
        story.PowerOn(over: TimeSpan.FromSeconds(1)).Run(TimeSpan.FromSeconds(10)).Crash(3, 4).Run(TimeSpan.FromSeconds(3))
            .Partition(8).Run(TimeSpan.FromSeconds(12)).Heal().PowerOn(TimeSpan.FromSeconds(1), 3).Pause(7, TimeSpan.FromSeconds(4)).Run(TimeSpan.FromSeconds(10));
        return story.World.Report.Trace.ToString("x16", null);
    }

    // Under `dotnet X.dll` the process is dotnet, and the assembly its first argument.
    private static string[] Self() => Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(HistoryTests).Assembly.Location] : [];
}
