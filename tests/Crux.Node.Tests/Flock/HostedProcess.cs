using System.Diagnostics;

namespace Crux.Node.Tests.Flock;

/// <summary>This program, running as a host, in a network namespace where one is named.</summary>
internal sealed class HostedProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private readonly Process _process;
    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;

    public HostedProcess(string? namespaceName, IEnumerable<string> arguments)
    {
        string[] self = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
            ? [Environment.ProcessPath!, typeof(HostedProcess).Assembly.Location]
            : [Environment.ProcessPath!];
        string[] command = namespaceName is null ? [.. self, .. arguments] : ["ip", "netns", "exec", namespaceName, .. self, .. arguments];
        _process = Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        _reading = ReadAsync();
    }

    /// <summary>Its number, where it runs in no namespace.</summary>
    public int Id => _process.Id;

    /// <summary>What it said so far.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_gate)
                return [.. _lines];
        }
    }

    /// <summary>Waits for a line.</summary>
    public async Task<string> UntilAsync(Func<string, bool> wanted, CancellationToken cancellationToken)
    {
        for (var read = 0; ;)
        {
            Task more;
            lock (_gate)
            {
                for (; read < _lines.Count; read++)
                {
                    if (wanted(_lines[read]))
                        return _lines[read];
                }
                if (_reading.IsCompleted)
                    throw new InvalidOperationException($"The host ended after: {string.Join(" | ", _lines)}");
                more = _more.Task;
            }
            try
            {
                await more.WaitAsync(Patience, cancellationToken);
            }
            catch (TimeoutException)
            {
                throw new TimeoutException($"The host said only: {string.Join(" | ", Lines)}");
            }
        }
    }

    /// <summary>Ends its standard input and waits for its end.</summary>
    public async Task EndAsync()
    {
        _process.StandardInput.Close();
        await _reading;
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        await _reading;
        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
            Add(line);
        Add("END");
    }

    private void Add(string line)
    {
        TaskCompletionSource more;
        lock (_gate)
        {
            _lines.Add(line);
            (more, _more) = (_more, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }
        more.SetResult();
    }
}
