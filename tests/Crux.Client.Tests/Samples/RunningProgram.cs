using System.Diagnostics;
using System.Globalization;

namespace Crux.Client.Tests.Samples;

/// <summary>A program of this repository, run as a process of its own. Disposing it asks it to end, and kills it if it doesn't.</summary>
internal sealed class RunningProgram : IAsyncDisposable
{
    private static readonly TimeSpan LongestFarewell = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly Lock _lock = new();
    private readonly List<string> _lines = [];

    public RunningProgram(string project, string program, string? socket, params string[] arguments)
        : this(Path.Combine(Root(), project, "bin", Path.GetFileName(Path.GetDirectoryName(AppContext.BaseDirectory.TrimEnd('/')))!, "net10.0", program), arguments, socket)
    {
    }

    private RunningProgram(string path, string[] arguments, string? socket)
    {
        var info = new ProcessStartInfo(path, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Dozens of hosts that watch their settings exhaust a machine's inotify instances.
        info.Environment["DOTNET_hostBuilder__reloadConfigOnChange"] = "false";
        if (socket is not null)
            info.Environment["CRUX__SOCKET"] = socket;
        _process = new Process { StartInfo = info };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>The sample that is written for Node.js. Its packages are there once 'npm ci' has run in its folder, as ./test does.</summary>
    public static RunningProgram NodeClient(string socket, params string[] arguments) =>
        new("node", [Path.Combine(Root(), "samples", "node-client", "client.js"), .. arguments], socket);

    /// <summary>Everything said so far.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lock)
                return [.. _lines];
        }
    }

    public async Task<string> LineAsync(string containing)
    {
        string? found = null;
        await Eventually.True(
            () => (found = Lines.FirstOrDefault(line => line.Contains(containing, StringComparison.Ordinal))) is not null || _process.HasExited,
            $"a line with '{containing}'");
        return found ?? throw new InvalidOperationException($"{_process.StartInfo.FileName} ended without a line with '{containing}':\n{string.Join('\n', Lines)}");
    }

    public async Task<int> EndAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    public async Task TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        using var limit = new CancellationTokenSource(LongestFarewell);
        await _process.WaitForExitAsync(limit.Token);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (!_process.HasExited)
                await TerminateAsync();
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
        }
        _process.Dispose();
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Crux.slnx")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Crux.slnx is in no folder above the tests: run them from within the repository.");
        return folder;
    }

    private void Keep(string? line)
    {
        if (line is null)
            return;
        lock (_lock)
            _lines.Add(line);
    }
}
