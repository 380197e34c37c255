using System.Diagnostics;
using Crux.Testing;

namespace Crux.Galumph.Tests;

/// <summary>The sample that is written for Node.js, run as a process on a machine of a flock.</summary>
internal sealed class NodeClient : IDisposable
{
    private readonly Process _process;
    private readonly Lock _lock = new();
    private readonly List<string> _lines = [];

    public NodeClient(string socket, int calls)
    {
        var sample = Path.Combine(Repository.Root, "samples", "node-client");
        if (!Directory.Exists(Path.Combine(sample, "node_modules")))
            throw new InvalidOperationException($"The sample's packages are missing: run 'npm ci --prefix {sample}', as ./test does.");
        _process = new Process
        {
            StartInfo = new ProcessStartInfo("node", [Path.Combine(sample, "client.js"), "--socket", socket, "--calls", $"{calls}", "--pause", "5"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lock)
                return [.. _lines];
        }
    }

    public async Task SaysAsync(TestFlock flock, string text)
    {
        await flock.UntilAsync(() => Says(text) || _process.HasExited, $"the client to say '{text}'; it said:\n{string.Join('\n', Lines.TakeLast(10))}\n", TestContext.Current.CancellationToken);
        Assert.True(Says(text), $"It ended without '{text}':\n{string.Join('\n', Lines.TakeLast(10))}");
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    private bool Says(string text) => Lines.Any(line => line.Contains(text, StringComparison.Ordinal));

    private void Keep(string? line)
    {
        if (line is null)
            return;
        lock (_lock)
            _lines.Add(line);
    }
}
