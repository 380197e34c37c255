using System.Diagnostics;

namespace Crux.Cli.Tests;

public sealed class SimTests
{
    [Fact]
    public async Task One_seed_gives_one_object_and_one_history()
    {
        var one = await Transcript.OfAsync("sim", "run", "cold-1k", "--nodes", "8", "--seed", "3", "--json");
        var other = await Transcript.OfAsync("sim", "run", "cold-1k", "--nodes", "8", "--seed", "3", "--json");
        Assert.Equal(one.Json.GetProperty("traceHash").GetString(), other.Json.GetProperty("traceHash").GetString());
        Assert.Equal(8, one.Json.GetProperty("nodes").GetInt32());
        Assert.Equal("crux sim run cold-1k --seed 3 --nodes 8", one.Json.GetProperty("replay").GetString());
    }

    [Fact]
    public async Task Several_seeds_give_one_object_with_the_spread_of_each_figure()
    {
        var run = await Transcript.OfAsync("sim", "run", "cold-1k", "--nodes", "4", "--seeds", "3", "--parallel", "2", "--json");
        Assert.Equal(3, run.Json.GetProperty("seeds").GetInt32());
        Assert.Equal([1, 2, 3], run.Json.GetProperty("traces").EnumerateArray().Select(it => it.GetProperty("seed").GetInt32()));
        Assert.Contains(run.Json.GetProperty("figures").EnumerateArray(), it => it.GetProperty("name").GetString() == "fullViewSeconds" && it.GetProperty("measured").GetInt32() == 3);
    }

    [Fact]
    public async Task A_large_world_begins_anew_with_a_heap_for_all_cores()
    {
        var start = ProcessRun.Prepare("sim", "run", "cold-1k", "--nodes", "3000");
        start.Environment.Remove("DOTNET_gcServer");
        using var process = Process.Start(start)!;
        var arguments = "";
        var isAnew = false;
        while (!isAnew && !process.HasExited)
        {
            await Task.Yield();
            try
            {
                isAnew = File.ReadAllText($"/proc/{process.Id}/environ").Split('\0').Contains("DOTNET_gcServer=1");
                arguments = File.ReadAllText($"/proc/{process.Id}/cmdline");
            }
            catch (IOException)
            {
                // It has just ended.
            }
        }
        process.Kill();
        Assert.True(isAnew);
        Assert.EndsWith("sim\0run\0cold-1k\0--nodes\03000\0", arguments, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_scenario_comes_through_a_pipe_too()
    {
        var start = new ProcessStartInfo("bash");
        string[] arguments = ["-c", "\"$0\" sim run <(echo '{ \"nodes\": 3 }') --seeds 1000 --json", ProcessRun.Crux];
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        var run = await ProcessRun.OfAsync(start);
        Assert.Equal(ExitCode.Ok, run.Code);
        Assert.Equal(1_000, run.Json.GetProperty("seeds").GetInt32());
    }

    [Fact]
    public async Task A_mistake_in_a_file_comes_with_its_line_and_what_is_allowed()
    {
        using var folder = new TemporaryFolder();
        var file = folder.At("mine.json");
        await File.WriteAllTextAsync(file, "{\n  \"nodes\": 5,\n  \"network\": { \"los\": 0.1 }\n}\n", TestContext.Current.CancellationToken);
        var run = await Transcript.OfAsync("sim", "run", file);
        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.Contains("mine.json:3: 'los' is no key of network. Did you mean 'loss'?", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Did you mean 'cold-1k'?", "cold-1q")]
    [InlineData("--seeds is 0", "cold-1k", "--seeds", "0")]
    [InlineData("--loss is 30", "cold-1k", "--loss", "30")]
    [InlineData("leave out --seeds", "cold-1k", "--seeds", "2", "--svg", "x.svg")]
    public async Task Bad_input_teaches(string lesson, params string[] arguments)
    {
        var run = await Transcript.OfAsync(["sim", "run", .. arguments]);
        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.Contains(lesson, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_picture_that_has_no_place_is_refused_before_a_long_run()
    {
        var run = await Transcript.OfAsync("sim", "run", "cold-10k", "--svg", "/nowhere/curve.svg");
        Assert.Equal(ExitCode.Refused, run.Code);
        Assert.Contains("'/nowhere/curve.svg' can't be written", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_of_what_others_run_has_one_history_too()
    {
        var one = await Transcript.OfAsync("sim", "anchor", "memberlist", "--nodes", "20", "--seed", "3", "--json");
        var other = await Transcript.OfAsync("sim", "anchor", "memberlist", "--nodes", "20", "--seed", "3", "--json");
        Assert.Equal(one.Json.GetProperty("traceHash").GetString(), other.Json.GetProperty("traceHash").GetString());
        Assert.True(one.Json.GetProperty("fullViewSeconds").GetDouble() > 0);
        var text = await Transcript.OfAsync("sim", "anchor", "swim", "--nodes", "20", "--loss", "0.1", "--seconds", "20");
        Assert.Contains("running members lost by a view", text.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--nodes is 1", "--nodes", "1")]
    [InlineData("--loss is 30", "--loss", "30")]
    [InlineData("somebody has to be left", "--nodes", "3", "--crashes", "3")]
    public async Task A_model_teaches_too(string lesson, params string[] arguments)
    {
        var run = await Transcript.OfAsync(["sim", "anchor", "memberlist", .. arguments]);
        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.Contains(lesson, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ctrl_C_ends_it_cleanly()
    {
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        Assert.Equal(ExitCode.Interrupted, (await Transcript.OfAsync(["sim", "run", "cold-10k"], new Dictionary<string, string>(), stop: stop.Token)).Code);
    }

    [Fact]
    public async Task A_run_that_fails_says_so_and_how_to_see_it_again()
    {
        using var folder = new TemporaryFolder();
        var file = folder.At("mine.json");
        await File.WriteAllTextAsync(file, """{ "nodes": 3, "powerOn": { "over": "100ms" }, "runOn": "3s", "expect": { "fencedLeader": "1us" } }""", TestContext.Current.CancellationToken);
        var run = await Transcript.OfAsync("sim", "run", file);
        Assert.Equal(ExitCode.No, run.Code);
        Assert.Contains($"Again: crux sim run {file} --seed 1", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_list_names_what_ships()
    {
        var run = await Transcript.OfAsync("sim", "list", "--json");
        Assert.Contains("cold-10k", run.Json.GetProperty("scenarios").EnumerateArray().Select(it => it.GetProperty("name").GetString()));
    }
}
