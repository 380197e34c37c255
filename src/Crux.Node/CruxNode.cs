using Crux.Node.Bootstrap;
using Crux.Node.Confab;
using Crux.Node.Flock;
using Crux.Node.Security;
using Crux.Services.Operator;
using Microsoft.Extensions.Logging;

namespace Crux.Node;

/// <summary>
/// One node of a flock: its sockets, its services, its keys. <c>fulcrum run</c> is a process around one of these; a process may hold
/// many, each with an address, a state directory and a socket path of its own.
/// </summary>
/// <remarks>Thread-safe. Starts once; after <see cref="StopAsync"/> or <see cref="AbortAsync"/> it is done for.</remarks>
public sealed class CruxNode : IAsyncDisposable
{
    private readonly CruxNodeOptions _options;
    private readonly ILoggerFactory _loggers;
    private readonly MonotonicClock _clock;
    private readonly LogLevelOverrides _levels;
    private readonly bool _ownsLevels;
    private readonly OperatorEvents _events;
    private readonly BootSequence _boot;
    private readonly SemaphoreSlim _ending = new(1, 1);
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private NodeParts? _parts;
    private int _started;
    private bool _ended;

    /// <summary>A node that does nothing yet.</summary>
    /// <param name="options">How it is to run; checked by <see cref="StartAsync"/>.</param>
    /// <param name="loggers">Where it logs. Stays the caller's.</param>
    /// <param name="clock">What it measures time on; the machine's clock unless told otherwise.</param>
    /// <param name="levels">Log levels that operators set live; given by whoever owns the logging of the process.</param>
    public CruxNode(CruxNodeOptions options, ILoggerFactory loggers, MonotonicClock? clock = null, LogLevelOverrides? levels = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(loggers);
        (_options, _loggers, _clock) = (options, loggers, clock ?? BootTime.Clock);
        _ownsLevels = levels is null;
        _levels = levels ?? new LogLevelOverrides(_clock.Time);
        _events = new OperatorEvents(_clock.Time);
        _boot = new BootSequence(NodeSteps.List(() => Parts), _clock, new BootReporter(loggers.CreateLogger(BootReporter.Category), _events));
    }

    /// <summary>What carries what it says; the kernel unless a test host gives another.</summary>
    internal INodeNetwork Network { get; init; } = KernelNetwork.Instance;

    /// <summary>The node whose key a state directory keeps; null where it keeps none yet. Changes nothing.</summary>
    /// <exception cref="NodeStartException">The key is damaged or exposed; the message says what to do.</exception>
    public static NodeId? FindIdentity(string stateDirectory) => NodeKeyStore.Find(stateDirectory);

    /// <summary>How the start-up stands.</summary>
    public BootReport Boot => _boot.Report;

    /// <summary>The Unix socket for local processes.</summary>
    public string SocketPath => Path.GetFullPath(_options.Socket);

    /// <summary>Whether its sockets are open and its view can be read.</summary>
    public bool IsOpen => _parts is not null;

    /// <summary>Who this node is. Not before it has started.</summary>
    public NodeId Id => Parts.Id;

    /// <summary>Where it listens. Not before it has started.</summary>
    public NetAddress Address => Parts.Flock.Address;

    /// <summary>The flock as this node sees it. Not before it has started.</summary>
    public IGroupView View => Parts.View;

    /// <summary>Ends with the node; faulted where an invariant broke, and then the process should not go on.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Whether the flock's loop turns: what a watchdog asks. False before the start and after the end.</summary>
    /// <param name="patience">How far behind its own plan it may be.</param>
    public bool IsAlive(TimeSpan patience) =>
        _parts is { } parts && !parts.Flock.Completion.IsCompleted && _clock.Now() < parts.Flock.DueAt + patience;

    private NodeParts Parts => _parts ?? throw new InvalidOperationException("The node has not started.");

    /// <summary>
    /// Starts the node. Completes as soon as it serves this machine and looks for the others; <see cref="BootReport.WhenBootedAsync"/>
    /// tells when it has found its place.
    /// </summary>
    /// <exception cref="NodeStartException">It can't start; the message says what is wrong and what to do. Nothing is left open.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _started, 1) != 0)
            throw new InvalidOperationException("A node starts once.");
        try
        {
            // On the caller, not on the pool: fifty starts queued there would keep the first nodes' loops from turning, and they would doubt each other.
            _parts = await NodeParts.OpenAsync(_options, Network, Boot, _events, _levels, _clock, _loggers);
            await _boot.StartAsync(cancellationToken);
            _ = WatchOverAsync(_parts);
        }
        catch
        {
            await AbortAsync();
            throw;
        }
    }

    /// <summary>
    /// Drains, says goodbye and closes: open streams end with UNAVAILABLE, calls in flight get two seconds, the flock is told.
    /// Cancelling <paramref name="cancellationToken"/> cuts the drain short.
    /// </summary>
    public Task StopAsync(CancellationToken cancellationToken = default) => EndAsync(parts => parts.StopAsync(cancellationToken));

    /// <summary>Closes every socket with no goodbye, as a crash would.</summary>
    public Task AbortAsync() => EndAsync(parts => parts.AbortAsync());

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task EndAsync(Func<NodeParts, Task> end)
    {
        await _ending.WaitAsync(CancellationToken.None);
        try
        {
            if (_ended)
                return;
            _ended = true;
            await _boot.DisposeAsync();
            if (_parts is { } parts)
            {
                await end(parts);
                await parts.DisposeAsync();
            }
            if (_ownsLevels)
                _levels.Dispose();
        }
        finally
        {
            _completion.TrySetResult();
            _ending.Release();
        }
    }

    private async Task WatchOverAsync(NodeParts parts)
    {
        try
        {
            await parts.WatchOverAsync();
        }
        catch (Exception broken)
        {
            _completion.TrySetException(broken);
        }
    }
}
