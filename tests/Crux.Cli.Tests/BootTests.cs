using Crux.Protos;

namespace Crux.Cli.Tests;

public sealed class BootTests
{
    [Fact]
    public async Task A_finished_start_up_shows_what_each_step_took()
    {
        await using var node = await StaticNode.StartAsync();
        var run = await node.RunAsync("boot");
        Assert.Equal(
            """
            STEP     STATE  TOOK   AFTER
            flock    done   840ms  -
            reeve    done   12ms   flock
            steward  idle   -      flock, reeve

            """,
            run.Out);
        Assert.Equal(ExitCode.Ok, run.Code);
    }

    [Fact]
    public async Task An_unfinished_one_says_what_it_waits_for_and_is_exit_code_1()
    {
        await using var node = await StaticNode.StartAsync(it =>
        {
            it.Boot.Steps[1].State = BootState.Waiting;
            it.Boot.Steps[1].WaitsFor = "a settled view";
        });
        var run = await node.RunAsync("boot");
        Assert.Contains("reeve    waiting  12ms   flock         waits for a settled view\n", run.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.No, run.Code);
        Assert.False((await node.RunAsync("boot", "--json")).Json.GetProperty("booted").GetBoolean());
    }

    [Fact]
    public async Task A_failed_step_names_the_next_command()
    {
        await using var node = await StaticNode.StartAsync(it =>
        {
            it.Boot.Steps[0].State = BootState.Failed;
            it.Boot.Steps[0].Problem = "Port 23123 is taken.";
        });
        var run = await node.RunAsync("boot");
        Assert.Contains("Port 23123 is taken.", run.Out, StringComparison.Ordinal);
        Assert.Contains("! 'flock' failed. See 'journalctl -u fulcrum' and 'fulcrum check'.\n", run.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.No, run.Code);
    }
}
