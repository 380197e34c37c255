using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Crux.System.Tests.Lab;

/// <summary>One process that a test started: its output in files, its end by pid and by nothing wider.</summary>
internal sealed partial class LabProcess : IAsyncDisposable
{
    private readonly Process _process;

    private LabProcess(Process process, string name, string outPath, string errorPath) =>
        (_process, Name, OutPath, ErrorPath) = (process, name, outPath, errorPath);

    public string Name { get; }

    public string OutPath { get; }

    public string ErrorPath { get; }

    /// <summary>When it was started, right before exec.</summary>
    public long StartedAt { get; } = Stopwatch.GetTimestamp();

    public int Pid => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>CPU that it has used so far, in seconds.</summary>
    public double CpuSeconds
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime.TotalSeconds;
        }
    }

    /// <summary>Memory of it that is resident, what the runtime has not given back yet included.</summary>
    public long ResidentKb
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 / 1024;
        }
    }

    public string Out => Read(OutPath);

    public string Error => Read(ErrorPath);

    /// <summary>The last complete line of standard output; empty if there is none.</summary>
    public string LastLine
    {
        get
        {
            var text = Out;
            var end = text.LastIndexOf('\n');
            return end < 0 ? "" : text[(text.LastIndexOf('\n', Math.Max(0, end - 1)) + 1)..end].Trim();
        }
    }

    /// <summary>Starts <paramref name="command"/>, the program first. Output goes to NAME.N.out and NAME.N.err in <paramref name="directory"/>.</summary>
    public static LabProcess Start(
        string directory, string name, IEnumerable<string> command, IReadOnlyDictionary<string, string>? environment = null)
    {
        var (outPath, errorPath) = OutputPaths(directory, name);
        // The shell only opens the files: exec keeps the pid, so that a signal reaches the program itself.
        // In a folder of few files: a web application watches the one that it starts in, with everything beneath.
        var info = new ProcessStartInfo("/bin/sh") { UseShellExecute = false, WorkingDirectory = directory };
        foreach (var argument in (string[])["-c", "out=$1; err=$2; shift 2; exec \"$@\" >\"$out\" 2>\"$err\" </dev/null", "sh", outPath, errorPath, .. command])
            info.ArgumentList.Add(argument);
        // Quiet logs and cultures of whoever runs the tests stay out of the processes under test.
        info.Environment["NO_COLOR"] = "1";
        foreach (var (key, value) in environment ?? new Dictionary<string, string>())
            info.Environment[key] = value;
        var process = Process.Start(info) ?? throw new InvalidOperationException($"{name} did not start.");
        return new LabProcess(process, name, outPath, errorPath);
    }

    /// <summary>Time since it was started.</summary>
    public TimeSpan Age => Stopwatch.GetElapsedTime(StartedAt);

    public void Signal(LabSignal signal)
    {
        // The pid is this process's until it has been waited for, which HasExited does: never another's.
        if (!_process.HasExited)
            _ = Kill(_process.Id, (int)signal);
    }

    /// <summary>Waits for its end.</summary>
    /// <exception cref="TimeoutException">It still runs; the message carries its output.</exception>
    public async Task<int> WaitForExitAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        both.CancelAfter(limit);
        try
        {
            await _process.WaitForExitAsync(both.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"{Name} still runs after {limit.TotalSeconds:0.#} s.\n{Story}");
        }
        return _process.ExitCode;
    }

    /// <summary>What it printed, for messages of failed tests.</summary>
    public string Story => $"--- {Name}, {(HasExited ? $"exit code {ExitCode}" : "running")}\n{Tail(Out)}\n{Tail(Error)}";

    public async ValueTask DisposeAsync()
    {
        Signal(LabSignal.Kill);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private static (string Out, string Error) OutputPaths(string directory, string name)
    {
        for (var life = 1; ; life++)
        {
            var path = Path.Combine(directory, $"{name}.{life}");
            if (!File.Exists(path + ".out"))
                return (path + ".out", path + ".err");
        }
    }

    private static string Read(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream);
            return reader.ReadToEnd();
        }
        catch (FileNotFoundException)
        {
            return "";
        }
    }

    private static string Tail(string text)
    {
        const int LimitChars = 4000;
        return text.Length <= LimitChars ? text : "..." + text[^LimitChars..];
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);
}
