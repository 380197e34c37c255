using System.Text.Json;

namespace Crux.System.Tests.Lab;

/// <summary>The load program as a client on one node: loops of Galumph calls by selector.</summary>
internal sealed class LoadCaller
{
    private readonly LabProcess _process;

    public LoadCaller(FulcrumHost node, string selector, string method = "table", int loops = 4, int pauseMs = 5, IReadOnlyDictionary<string, string>? settings = null)
    {
        _process = node.Host.Start(
            $"caller-{selector}-{node.Name}", Programs.Load,
            ["call", "--socket", node.Socket, "--selector", selector, "--method", method, "--loops", $"{loops}", "--pause-ms", $"{pauseMs}"], settings);
        Loops = loops;
    }

    public int Loops { get; }

    public LabProcess Process => _process;

    /// <summary>The newest totals; a line is written every 100 ms.</summary>
    public LoadReport Report
    {
        get
        {
            var line = _process.LastLine;
            return line.StartsWith('{') ? JsonSerializer.Deserialize<LoadReport>(line, JsonSerializerOptions.Web)! : LoadReport.None;
        }
    }

    /// <summary>Waits until this many more calls have ended than now, so that whatever was done before shows.</summary>
    public Task<TimeSpan> CallsAsync(long more, CancellationToken cancellationToken)
    {
        var goal = Report.Calls + more;
        return Eventually.HoldsAsync(
            LabFlock.Patience, () => Report.Calls >= goal ? null : $"{Report.Calls} of {goal} calls.\n{_process.Story}", cancellationToken);
    }

    /// <summary>Stops it and returns the final totals.</summary>
    public async Task<LoadReport> StopAsync(CancellationToken cancellationToken)
    {
        _process.Signal(LabSignal.Terminate);
        await _process.WaitForExitAsync(LabFlock.Patience, cancellationToken);
        return Report;
    }
}
