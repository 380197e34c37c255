using System.Text.Json;

namespace Crux.System.Tests.Lab;

/// <summary><c>fulcrum up</c> on a loopback of its own, with a folder for its temporary files that can be looked into afterwards.</summary>
internal sealed class TourRun : IAsyncDisposable
{
    private readonly NetLab _lab;

    private TourRun(NetLab lab, string temporary, LabProcess process) => (_lab, Temporary, Process) = (lab, temporary, process);

    public LabProcess Process { get; }

    /// <summary>Where it puts its files, and nothing else does.</summary>
    public string Temporary { get; }

    /// <summary>The summary that --json prints on the last line.</summary>
    public JsonElement Summary => JsonDocument.Parse(Process.LastLine).RootElement;

    public NetLab Lab => _lab;

    /// <summary>Whether it left files behind.</summary>
    public IEnumerable<string> Leftovers => Directory.EnumerateFileSystemEntries(Temporary, "*", SearchOption.AllDirectories);

    public static async Task<TourRun> StartAsync(CancellationToken cancellationToken, params IEnumerable<string> arguments)
    {
        var lab = await NetLab.CreateAsync(0, cancellationToken);
        var temporary = Directory.CreateDirectory(lab.Directory.In("tmp")).FullName;
        return new TourRun(lab, temporary, lab.Start("up", "env", [$"TMPDIR={temporary}", Programs.Fulcrum, "up", .. arguments]));
    }

    /// <summary>Waits until it has printed <paramref name="words"/>.</summary>
    public Task SaysAsync(string words, CancellationToken cancellationToken) => Eventually.HoldsAsync(
        LabFlock.Patience,
        () => Process.Out.Contains(words, StringComparison.Ordinal) ? null : Process.HasExited ? throw new InvalidOperationException(Process.Story) : Process.Story,
        cancellationToken);

    public ValueTask DisposeAsync() => _lab.DisposeAsync();
}
