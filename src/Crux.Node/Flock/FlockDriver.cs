using System.Collections.Immutable;
using Crux.Machines.Flock;
using Crux.Machines.Flock.Durable;
using Crux.Machines.Flock.Events;
using Crux.Services;
using Microsoft.Extensions.Logging;

namespace Crux.Node.Flock;

/// <summary>
/// Runs one flock machine on one confab: a loop that sleeps until a datagram comes or the machine is due, and publishes what the
/// machine sees. Owns both of them.
/// </summary>
/// <remarks>Everything public is safe from any thread; the machine and the confab are touched by the loop alone.</remarks>
public sealed class FlockDriver : IGroupView, IAsyncDisposable
{
    /// <summary>How often a goodbye is sent: one lost datagram must not cost others the seconds that finding out takes.</summary>
    public const int Goodbyes = 3;

    /// <summary>The most datagrams taken before the machine's deadline is looked at again.</summary>
    public const int MaxDatagramsInARow = 256;

    private static readonly TimeSpan VotersPeriod = TimeSpan.FromSeconds(1);

    // Longer than any datagram of ours, so that an oversized one is seen as such and not as one that was cut to measure.
    private const int BufferBytes = 2048;

    private static readonly TimeSpan BetweenGoodbyes = TimeSpan.FromMilliseconds(20);

    private readonly FlockMachine _machine;
    private readonly IConfab _confab;
    private readonly MonotonicClock _clock;
    private readonly FlockReporter _reporter;
    private readonly Alarm _alarm;
    private readonly FlockDisk _disk;
    private readonly Latest<GroupSnapshot> _snapshots;
    private readonly FlockNews _news = new();
    private readonly FlockQuestions _questions = new();
    private readonly FlockOutbox _outbox = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _started;
    private volatile Ending _ending;
    private long _dueAt;
    private long _fencedUntil;
    // What the machine had when it was last shown: the voters may change without it.
    private GroupSnapshot _published;
    private Instant _votersDue;

    /// <summary>A driver that does nothing yet; <see cref="Start"/> begins.</summary>
    /// <param name="machine">Made with <paramref name="clock"/>'s time.</param>
    /// <param name="confab">Already open.</param>
    /// <param name="store">Where the machine's memory came from, and where it goes.</param>
    /// <param name="clock">The machine's clock.</param>
    /// <param name="loggers">Takes category <c>Crux.Flock</c>.</param>
    public FlockDriver(FlockMachine machine, IConfab confab, FlockStore store, MonotonicClock clock, ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(machine);
        ArgumentNullException.ThrowIfNull(confab);
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(clock);
        (_machine, _confab, _clock) = (machine, confab, clock);
        _dueAt = machine.NextDeadline.Ticks;
        _snapshots = new(_published = machine.Snapshot);
        _reporter = new(loggers, machine.Snapshot.Find(machine.Snapshot.Self)?.Name ?? "", confab, machine.Counters, () => _snapshots.Current);
        _alarm = new(clock.Time);
        _disk = new(store, clock.Time, _reporter, _alarm.RingElsewhere);
    }

    private enum Ending
    {
        None,
        Goodbye,
        Abort,
    }

    /// <inheritdoc/>
    public GroupSnapshot Current => _snapshots.Current;

    /// <inheritdoc/>
    public Instant FencedUntil => new(Volatile.Read(ref _fencedUntil));

    /// <summary>What can't be written to this node's disk for now, each in a sentence. Thread-safe.</summary>
    internal IReadOnlyList<string> NotWritten => _disk.Stuck;

    /// <summary>Why a kind can't be written to it; null where it can. Thread-safe.</summary>
    internal string? WhyNotWritten(DurableKind kind) => _disk.WhyStuck(kind);

    /// <summary>Ends when what the machine wants on disk of a kind by now is there for good.</summary>
    /// <exception cref="InvalidOperationException">The node stops, or 64 questions wait already.</exception>
    internal async Task WrittenAsync(DurableKind kind) => await await AskAsync((_, _, _) => _disk.WhenWritten(kind));

    /// <summary>This node's own address.</summary>
    public NetAddress Address => _confab.Address;

    /// <summary>What the network carried. Safe from any thread.</summary>
    public ConfabCounters Traffic => _confab.Counters;

    /// <summary>What the machine counted: numbers that only grow, read while they do.</summary>
    public FlockCounters Counters => _machine.Counters;

    /// <summary>When the loop means to turn again at the latest; one that lies well past is a sign that it hangs. Safe from any thread.</summary>
    public Instant DueAt => new(Volatile.Read(ref _dueAt));

    /// <summary>Ends when the loop has; faulted where the machine broke an invariant, and then the node must not go on.</summary>
    public Task Completion => _ended.Task;

    /// <inheritdoc/>
    public IAsyncEnumerable<GroupSnapshot> WatchAsync(CancellationToken cancellationToken) => _snapshots.WatchAsync(cancellationToken);

    /// <summary>
    /// The events from this call on, each with its sentence for people; a reader who falls 1,024 behind loses the oldest. Ends when
    /// the node stops.
    /// </summary>
    public IAsyncEnumerable<FlockEvent> WatchEventsAsync(CancellationToken cancellationToken) => _news.ListenAsync(cancellationToken);

    /// <summary>
    /// Lets the loop put a question to the machine, or an order: between two datagrams, on the machine's own thread. What it puts into
    /// the outbox is carried out before the answer is given.
    /// </summary>
    /// <exception cref="InvalidOperationException">The node stops, or 64 questions wait already.</exception>
    public Task<T> AskAsync<T>(Func<FlockMachine, Instant, FlockOutbox, T> question)
    {
        var answer = _questions.Ask(question);
        _alarm.RingElsewhere();
        return answer;
    }

    /// <summary>
    /// Has the keys of the members at these hosts fetched where they are missing, and where <paramref name="everybody"/> of all; tells how
    /// many are missing. They show in the view when they have come.
    /// </summary>
    /// <exception cref="InvalidOperationException">The node stops, or 64 questions wait already.</exception>
    public Task<int> SeekAsync(IReadOnlyList<NetAddress> hosts, bool everybody = false) => AskAsync((machine, now, outbox) =>
    {
        var missing = everybody ? machine.WantEverybody(now, outbox) : 0;
        foreach (var host in hosts)
            missing += machine.WantHost(now, host, outbox);
        return missing;
    });

    /// <summary>Begins to look for the flock. Calls after the first do nothing.</summary>
    public void Start()
    {
        if (Interlocked.Exchange(ref _started, 1) != 0)
            return;
        _reporter.Started(Current.Self, _confab.Address, _confab.Neighbourhood, _machine.Neighbourhood.Contacts);
        _confab.OnArrival(_alarm.Ring);
        using (ExecutionContext.SuppressFlow())
            _ = Task.Run(RunAsync);
    }

    /// <summary>Says goodbye to the others and closes the sockets; they need not find out by silence. Takes some 50 ms.</summary>
    public Task StopAsync(CancellationToken cancellationToken = default) => EndAsync(Ending.Goodbye).WaitAsync(cancellationToken);

    /// <summary>Closes the sockets with no goodbye, as a crash would.</summary>
    public Task AbortAsync() => EndAsync(Ending.Abort);

    /// <summary>Stops where nobody did, and never throws for a loop that broke: <see cref="Completion"/> tells.</summary>
    public async ValueTask DisposeAsync() => await EndAsync(Ending.Goodbye).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private Task EndAsync(Ending how)
    {
        if (_ending < how)
            _ending = how;
        // One that never started has a loop only to close what it owns.
        Start();
        _alarm.RingElsewhere();
        return _ended.Task;
    }

    private async Task RunAsync()
    {
        Exception? broken = null;
        try
        {
            var buffer = new byte[BufferBytes];
            while (_ending == Ending.None)
            {
                TakeWritten();
                var drained = Receive(buffer);
                while (_questions.Answer(_machine, _clock.Now(), _outbox))
                    Flush();
                if (_clock.Now() is var now && now >= _machine.NextDeadline)
                {
                    _machine.Tick(now, _outbox);
                    Flush();
                }
                Publish();
                Volatile.Write(ref _dueAt, _machine.NextDeadline.Ticks);
                if (drained)
                    await _alarm.WaitAsync(_machine.NextDeadline - _clock.Now());
            }
            await SayGoodbyeAsync();
        }
        catch (Exception error)
        {
            broken = error;
        }
        await CloseAsync(broken);
    }

    private bool Receive(byte[] buffer)
    {
        for (var i = 0; i < MaxDatagramsInARow; i++)
        {
            if (!_confab.TryReceive(buffer, out var from, out var length))
                return true;
            _machine.Receive(_clock.Now(), from, buffer.AsSpan(0, length), _outbox);
            Flush();
        }
        return false;
    }

    private void TakeWritten()
    {
        while (_disk.TryTakeDone(out var ticket))
        {
            _machine.Persisted(_clock.Now(), ticket, _outbox);
            Flush();
        }
        _disk.TellWritten();
    }

    // In the machine's order: what it sends goes out before anybody is told of what it says.
    private void Flush()
    {
        foreach (var write in _outbox.Writes)
            _disk.Begin(write);
        SendAll();
        if (_outbox.Events.Count > 0)
        {
            Publish();
            foreach (var news in _outbox.Events)
            {
                _reporter.Report(news);
                _news.Tell(news);
            }
        }
        _outbox.Clear();
    }

    private void SendAll()
    {
        foreach (ref readonly var datagram in _outbox.Datagrams)
            _confab.Send(datagram.To, _outbox.BytesOf(datagram), datagram.Reach);
    }

    private void Publish()
    {
        // First: whoever sees this node elected finds the lease there.
        Volatile.Write(ref _fencedUntil, _machine.FencedUntil.Ticks);
        var now = _clock.Now();
        if (ReferenceEquals(_machine.Snapshot, _published) && now < _votersDue)
            return;
        _votersDue = now + VotersPeriod;
        ImmutableArray<NodeId> voters = [.. _machine.Election.Voters.Select(voter => voter.Id)];
        if (ReferenceEquals(_machine.Snapshot, _published) && voters.AsSpan().SequenceEqual(_snapshots.Current.Voters.AsSpan()))
            return;
        _published = _machine.Snapshot;
        _snapshots.Publish(_published with { Voters = voters, ShutOut = ShutOut() });
    }

    // The same one while nobody is shut out or let in: whoever compares snapshots compares it first.
    private ImmutableArray<NodeId> ShutOut()
    {
        ImmutableArray<NodeId> now = [.. _machine.Keys.ShutOut.Select(node => node.Id)];
        var before = _snapshots.Current.ShutOut;
        return now.AsSpan().SequenceEqual(before.AsSpan()) ? before : now;
    }

    private async Task SayGoodbyeAsync()
    {
        if (_ending != Ending.Goodbye)
            return;
        _machine.Leave(_clock.Now(), _outbox);
        for (var round = 1; round < Goodbyes && _ending == Ending.Goodbye; round++)
        {
            SendAll();
            var next = _clock.Now() + BetweenGoodbyes;
            for (var now = _clock.Now(); now < next && _ending == Ending.Goodbye; now = _clock.Now())
                await _alarm.WaitAsync(next - now);
        }
        if (_ending == Ending.Goodbye)
            Flush();
    }

    private async Task CloseAsync(Exception? broken)
    {
        _questions.End();
        await _confab.DisposeAsync();
        await _disk.DisposeAsync();
        _machine.Dispose();
        _alarm.Dispose();
        if (broken is not null)
            _reporter.LogBroken(broken, Current.Self);
        else if (_ending == Ending.Abort)
            _reporter.LogAborted(Current.Self);
        else
            _reporter.LogStopped(Current.Self);
        _reporter.Dispose();
        _snapshots.Complete();
        _news.End();
        if (broken is null)
            _ended.SetResult();
        else
            _ended.SetException(broken);
    }
}
