using Crux.Bench.Flock;
using Crux.Simulator.Scenarios;

namespace Crux.Simulator.Tests.Bench;

/// <summary>What the flock's bench keeps from one bench to the next.</summary>
public sealed class LedgerTests : IDisposable
{
    private const string Settled = "full view";

    private readonly string _path = Path.Combine(Directory.CreateTempSubdirectory("crux-ledger").FullName, "runs.jsonl");
    private readonly Batch _batch = new(
        "few 8 0", ScenarioLibrary.Read("cold-1k") with { Nodes = 8, Expect = new Expectations() }, 5, new(StringComparer.Ordinal) { [Settled] = run => run.FullViewSeconds });
    private readonly List<string> _told = [];

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);

    [Fact]
    public void Runs_of_this_code_are_there_after_the_next_start_and_those_of_a_changed_scenario_are_not()
    {
        var ledger = Open();
        ledger.Add(Run(1));
        ledger.Add(Run(2) with { Code = CodeIdentity.OfSources + "-00000000" });
        File.AppendAllText(_path, "{\"code\":\"half a li");
        Assert.Equal([1UL], Open().Of(_batch).Select(run => run.Seed));
        Assert.Null(Open().Former);
    }

    [Fact]
    public void Runs_of_former_code_wait_to_be_carried_over_and_do_not_count_until_then()
    {
        Former(1, 2);
        Assert.Empty(Open().Of(_batch));
        Assert.Equal("former", Open().Former);
        Assert.True(Carry(Open(), Run));
        Assert.Equal(["former", "former"], Open().Of(_batch).Select(run => run.RanUnder));
        var line = Assert.Single(Open().Carried);
        Assert.Equal(("former", 2, 2), (line.Carried, line.Runs, line.Sample.Count));
    }

    [Theory, InlineData("trace"), InlineData("figure"), InlineData("breach")]
    public void One_run_that_is_not_the_same_keeps_them_all_where_they_are(string what)
    {
        Former(1, 2);
        Assert.False(Carry(Open(), seed => seed == 1 ? Run(seed) : what switch
        {
            "trace" => Run(seed) with { Trace = "another" },
            "figure" => Run(seed) with { Figures = new() { [Settled] = 0.31 } },
            _ => Run(seed) with { Broken = ["OneView"] },
        }));
        Assert.Empty(Open().Of(_batch));
        Assert.Equal(2, Open().FormerOf(_batch).Count);
        Assert.Contains("nothing is carried over", _told[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Runs_without_a_trace_and_a_budget_too_small_for_any_carry_nothing_over()
    {
        Open().Add(Run(1) with { Code = Code("former"), Trace = null });
        Assert.False(Carry(Open(), Run));
        Former(1);
        Assert.False(Carry(Open(), _ => null));
        Assert.Empty(Open().Of(_batch));
    }

    [Fact]
    public void What_was_carried_over_twice_still_names_the_code_that_ran()
    {
        Open("second").Add(Run(1) with { Code = Code("second"), RanUnder = "first" });
        Assert.True(Carry(Open(), Run));
        Assert.Equal("first", Assert.Single(Open().Of(_batch)).RanUnder);
    }

    [Fact]
    public void The_runs_of_a_scenario_whose_seed_runs_again_have_their_trace()
    {
        var run = _batch.Run(1, 1, TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken)!;
        Assert.Null(Succession.Difference(run, _batch.Run(1, 2, TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken)!));
        Assert.NotNull(Succession.Difference(run, _batch.Run(2, 1, TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken)!));
    }

    private void Former(params ulong[] seeds)
    {
        var ledger = Open("former");
        foreach (var seed in seeds)
            ledger.Add(Run(seed) with { Code = Code("former") });
    }

    private bool Carry(Ledger ledger, Func<ulong, SavedRun?> again) =>
        new Succession([_batch], ledger, CodeIdentity.OfSources, TimeSpan.FromMinutes(1)).Carry((_, seed, _) => again(seed), _told.Add);

    private Ledger Open(string? sources = null) => new(_path, startsOver: false, sources ?? CodeIdentity.OfSources);

    private string Code(string sources) => _batch.Code.Replace(CodeIdentity.OfSources, sources, StringComparison.Ordinal);

    private SavedRun Run(ulong seed) => new(_batch.Code, _batch.Key, seed, 0.1, 80, new() { [Settled] = 0.3 }, [], [], $"trace of {seed}");
}
