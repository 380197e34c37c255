using System.Diagnostics;
using System.Text;

namespace Crux.Daemon.Tests;

/// <summary>A real <c>fulcrum</c>, as a shell or systemd starts it. Ends with the test at the latest.</summary>
internal sealed class FulcrumProcess : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly List<(string Text, TaskCompletionSource Seen)> _awaited = [];
    private readonly Lock _gate = new();

    private FulcrumProcess(Process process) => _process = process;

    public string Output
    {
        get
        {
            lock (_gate)
                return _output.ToString();
        }
    }

    public static FulcrumProcess Start(string directory, IEnumerable<string> arguments, params (string Key, string Value)[] environment)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "fulcrum"), arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "../../.."));
        // What systemd gives whoever runs the tests is not meant for the daemon under test.
        start.Environment.Remove("NOTIFY_SOCKET");
        foreach (var (key, value) in environment)
            start.Environment[key] = value;
        var fulcrum = new FulcrumProcess(Process.Start(start)!);
        fulcrum._process.OutputDataReceived += (_, line) => fulcrum.Take(line.Data);
        fulcrum._process.ErrorDataReceived += (_, line) => fulcrum.Take(line.Data);
        fulcrum._process.BeginOutputReadLine();
        fulcrum._process.BeginErrorReadLine();
        return fulcrum;
    }

    /// <summary>Waits until it has printed <paramref name="text"/>.</summary>
    public async Task Says(string text)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_output.ToString().Contains(text, StringComparison.Ordinal))
                return;
            _awaited.Add((text, seen));
        }
        try
        {
            await seen.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"It did not say '{text}' in {Patience}, but: {Output}");
        }
    }

    /// <summary>Sends a signal by name.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-s", name, _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public async Task<int> Exit()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }
        _process.Dispose();
    }

    private void Take(string? line)
    {
        if (line is null)
            return;
        lock (_gate)
        {
            _output.AppendLine(line);
            foreach (var (_, seen) in _awaited.Where(awaited => line.Contains(awaited.Text, StringComparison.Ordinal)))
                seen.TrySetResult();
        }
    }
}
