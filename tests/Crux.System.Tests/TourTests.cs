using System.Text.Json;
using Crux.System.Tests.Lab;

namespace Crux.System.Tests;

/// <summary><c>fulcrum up</c>, as <c>./try</c> runs it.</summary>
public sealed class TourTests
{
    private const int Interrupted = 130;
    private static readonly TimeSpan TourLimit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan FirstCallPromised = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan InterruptPromised = TimeSpan.FromSeconds(2);

    [Theory]
    [InlineData(5)]
    [InlineData(2)]
    [InlineData(1)]
    public async Task The_tour_holds_and_says_so_in_json(int nodes)
    {
        var stopping = TestContext.Current.CancellationToken;
        var figure = await Figure.BeginAsync(stopping);
        await using var tour = await TourRun.StartAsync(stopping, "--nodes", $"{nodes}", "--json");

        var code = await tour.Process.WaitForExitAsync(TourLimit, stopping);

        Figure.Note(tour.Process.Out);
        Assert.True(code == 0, tour.Process.Story);
        var summary = tour.Summary;
        Assert.True(summary.GetProperty("ok").GetBoolean());
        Assert.Equal(nodes, summary.GetProperty("nodes").GetInt32());
        Assert.Equal(0, summary.GetProperty("failed").GetInt64());
        Assert.True(summary.GetProperty("calls").GetInt64() > 0);
        Assert.Equal(nodes < 3 ? 1 : 0, summary.GetProperty("leftOut").GetArrayLength());
        Assert.Empty(tour.Leftovers);
        if (nodes == 5)
            figure.Holds("5 nodes cold in one process, start to first call", Seconds(summary, "secondsToFirstCall"), FirstCallPromised);
    }

    [Theory]
    [InlineData("A flock of")]
    [InlineData("have found each other")]
    [InlineData("registers")]
    [InlineData("A client calls by name")]
    [InlineData("galumph2_4 starts")]
    [InlineData("is gone")]
    public async Task Ctrl_c_at_any_point_ends_the_tour_at_once_and_leaves_nothing(string moment)
    {
        var stopping = TestContext.Current.CancellationToken;
        var figure = await Figure.BeginAsync(stopping);
        await using var tour = await TourRun.StartAsync(stopping, "--nodes", "5");
        await tour.SaysAsync(moment, stopping);

        var asked = tour.Process.Age;
        tour.Process.Signal(LabSignal.Interrupt);
        var code = await tour.Process.WaitForExitAsync(TourLimit, stopping);

        figure.Holds($"Ctrl-C at '{moment}' to the end", tour.Process.Age - asked, InterruptPromised);
        Assert.True(code == Interrupted, tour.Process.Story);
        Assert.Empty(tour.Leftovers);
    }

    private static TimeSpan Seconds(JsonElement summary, string key) => TimeSpan.FromSeconds(summary.GetProperty(key).GetDouble());
}
