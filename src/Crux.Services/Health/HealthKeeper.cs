using System.Threading.Channels;
using Crux.Machines.Health;
using Google.Protobuf;

namespace Crux.Services.Health;

/// <summary>
/// Keeps this node's availability history on its disk, beside the loop that makes it: whatever the disk does, the history goes on being
/// made and told, and what the disk refused is tried again.
/// </summary>
/// <remarks>
/// Each record is written at once and flushed within <see cref="FlushPeriod"/>: a process that is killed loses nothing, a machine that
/// loses its power the last second. That is enough for what other voters hold too and the registry mostly tells anew.
/// </remarks>
/// <param name="journal">Where to.</param>
/// <param name="time">For pauses, and what entries are stamped with.</param>
/// <param name="reporter">What the disk refuses goes there.</param>
/// <param name="export">The whole book.</param>
/// <param name="isCurrent">Whether this node makes the history now, or follows who does: else no mark may say that it was kept.</param>
internal sealed class HealthKeeper(
    IHealthJournal journal, TimeProvider time, HealthminderReporter reporter, Func<CancellationToken, Task<HealthBook>> export, Func<bool> isCurrent) : IAsyncDisposable
{
    /// <summary>Records that may wait for the disk. Beyond it they are left, and the whole book is written once there is time.</summary>
    public const int MaxWaiting = 16_384;

    /// <summary>A journal is begun anew when more than this, and more than the book itself, was added to it.</summary>
    public const long LeastAddedBytes = 1 << 20;

    /// <summary>The longest time that something written waits for its flush.</summary>
    public static readonly TimeSpan FlushPeriod = TimeSpan.FromSeconds(1);

    /// <summary>Time between two marks, which tell after a crash until when the history was kept.</summary>
    public static readonly TimeSpan MarkPeriod = TimeSpan.FromSeconds(10);

    /// <summary>Time between two tries to write what the disk refused.</summary>
    public static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(30);

    private readonly Channel<HealthRecord?> _waiting = Channel.CreateBounded<HealthRecord?>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;
    private int _isBehind;
    private bool _isStarted, _hasBegun, _isUnflushed;
    private long _markedAt, _unflushedSince, _refusedAt;

    /// <summary>Why the history is not on this node's disk; null where it is.</summary>
    public string? Problem { get; private set; }

    /// <summary>Begins, once the journal was read; <paramref name="hasBegun"/>: it holds something already.</summary>
    public void Start(bool hasBegun)
    {
        (_isStarted, _hasBegun) = (true, hasBegun);
        _running = Task.Run(RunAsync);
    }

    /// <summary>A record was made, or taken.</summary>
    public void Note(HealthRecord record)
    {
        if (!_waiting.Writer.TryWrite(record))
            Volatile.Write(ref _isBehind, 1);
    }

    /// <summary>The book is another one: all of it is to be written.</summary>
    public void Renew()
    {
        Volatile.Write(ref _isBehind, 1);
        _waiting.Writer.TryWrite(null);
    }

    /// <summary>Writes what waits, and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _waiting.Writer.TryComplete();
        if (_isStarted)
            await WriteLastAsync();
        journal.Dispose();
        _stopping.Dispose();
    }

    private async Task WriteLastAsync()
    {
        if (Volatile.Read(ref _isBehind) != 0)
            await RewriteAsync(CancellationToken.None);
        Try(() =>
        {
            Append(withMark: true);
            journal.Flush();
        });
    }

    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            await WaitAsync();
            if (_stopping.IsCancellationRequested)
                return;
            if (Volatile.Read(ref _isBehind) != 0 || Problem is not null)
                await RewriteAsync(_stopping.Token);
            else
                Try(Write);
        }
    }

    // For a record, or for what is due without one.
    private async Task WaitAsync()
    {
        var due = Problem is not null ? Left(_refusedAt, RetryPause) : _isUnflushed ? Left(_unflushedSince, FlushPeriod) : MarkPeriod;
        if (due == TimeSpan.Zero)
            return;
        using var late = new CancellationTokenSource(due, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _stopping.Token);
        try
        {
            // While the disk refuses nothing but time brings it on.
            if (Problem is not null)
                await Task.Delay(Timeout.InfiniteTimeSpan, either.Token);
            else
                await _waiting.Reader.WaitToReadAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            // Due, or stopping.
        }
    }

    private void Write()
    {
        Append(withMark: Left(_markedAt, MarkPeriod) == TimeSpan.Zero);
        if (_isUnflushed && Left(_unflushedSince, FlushPeriod) == TimeSpan.Zero)
        {
            _isUnflushed = false;
            journal.Flush();
        }
        if (journal.AddedBytes > Math.Max(LeastAddedBytes, journal.WholeBytes))
            Volatile.Write(ref _isBehind, 1);
    }

    private void Append(bool withMark)
    {
        var (entries, at) = (new List<KeptHealth>(), NowUnixMs);
        while (_waiting.Reader.TryRead(out var record))
        {
            if (record is not null)
                entries.Add(new(at, HealthBookShape.ToProto(record).ToByteArray()));
        }
        if (entries.Count == 0 && withMark && _hasBegun && isCurrent())
            entries.Add(new(at, default));
        if (entries.Count == 0)
            return;
        journal.Append(entries);
        (_hasBegun, _markedAt) = (true, time.GetTimestamp());
        if (!_isUnflushed)
            (_isUnflushed, _unflushedSince) = (true, _markedAt);
    }

    private async Task RewriteAsync(CancellationToken stopping)
    {
        if (Problem is not null && Left(_refusedAt, RetryPause) > TimeSpan.Zero)
            return;
        Volatile.Write(ref _isBehind, 0);
        // These are in the book that is asked for now; who reads leaves out what comes twice.
        while (_waiting.Reader.TryRead(out _))
        {
        }
        HealthBook book;
        try
        {
            book = await export(stopping);
        }
        catch (Exception over) when (over is OperationCanceledException or ChannelClosedException)
        {
            return;
        }
        var at = NowUnixMs;
        if (Try(() => journal.Replace(HealthBookShape.ToParts(book).Select(part => new KeptHealth(at, part.ToByteArray())))))
            (_hasBegun, _isUnflushed, _markedAt) = (true, false, time.GetTimestamp());
    }

    private bool Try(Action write)
    {
        try
        {
            write();
            if (Problem is not null)
                reporter.KeptAgain();
            Problem = null;
            return true;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            if (Problem is null)
                reporter.NotKept(refused.Message);
            (Problem, _refusedAt) = (refused.Message, time.GetTimestamp());
            return false;
        }
    }

    private long NowUnixMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    private TimeSpan Left(long since, TimeSpan period)
    {
        var left = since == 0 ? TimeSpan.Zero : period - time.GetElapsedTime(since);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
