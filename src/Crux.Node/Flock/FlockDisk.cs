using System.Collections.Concurrent;
using Crux.Machines.Flock.Durable;

namespace Crux.Node.Flock;

/// <summary>
/// Writes what a flock machine wants on disk, away from the machine's loop: a disk may take seconds, and heartbeats may not. A
/// write that fails is tried again until it succeeds; until then the machine says nothing that depends on it.
/// </summary>
/// <remarks>The loop calls it; what it reports comes back on the loop, by <see cref="TryTakeDone"/>.</remarks>
internal sealed class FlockDisk(FlockStore store, TimeProvider time, FlockReporter reporter, Action done) : IAsyncDisposable
{
    /// <summary>The pause after the first failure; doubled with each.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest pause between two tries.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly ConcurrentQueue<(DurableKind Kind, ulong Ticket)> _done = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<DurableKind, string> _stuck = new();
    // One of each kind at most is under way, so there are never more than there are kinds.
    private readonly Dictionary<DurableKind, Task> _writing = [];
    private readonly HashSet<DurableKind> _underWay = [];
    private readonly Dictionary<DurableKind, TaskCompletionSource> _awaited = [];

    /// <summary>What can't be written for now, each in a sentence, in the order of kinds. From any thread.</summary>
    public IReadOnlyList<string> Stuck => [.. _stuck.OrderBy(it => it.Key).Select(it => it.Value)];

    /// <summary>Why a kind can't be written for now. From any thread.</summary>
    public string? WhyStuck(DurableKind kind) => _stuck.GetValueOrDefault(kind);

    public void Begin(DurableWrite write)
    {
        _underWay.Add(write.Kind);
        _writing[write.Kind] = Task.Run(() => WriteAsync(write));
    }

    public bool TryTakeDone(out ulong ticket)
    {
        if (!_done.TryDequeue(out var done))
        {
            ticket = 0;
            return false;
        }
        ticket = done.Ticket;
        return _underWay.Remove(done.Kind);
    }

    /// <summary>
    /// Ends when all that was begun of a kind is on disk for good, and what the machine kept back meanwhile too; cancelled where the node stops
    /// before that.
    /// </summary>
    public Task WhenWritten(DurableKind kind)
    {
        if (!_underWay.Contains(kind))
            return Task.CompletedTask;
        if (!_awaited.TryGetValue(kind, out var written))
            _awaited[kind] = written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return written.Task;
    }

    /// <summary>Tells those who wait for a kind of which nothing is under way any more. To be called when the machine has begun what it kept back.</summary>
    public void TellWritten()
    {
        foreach (var (kind, written) in _awaited)
        {
            if (!_underWay.Contains(kind) && _awaited.Remove(kind))
                written.SetResult();
        }
    }

    /// <summary>Waits for what is being written; what fails is not tried again.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_writing.Values);
        _stopping.Dispose();
        foreach (var written in _awaited.Values)
            written.SetCanceled(CancellationToken.None);
    }

    private async Task WriteAsync(DurableWrite write)
    {
        for (var pause = FirstPause; ; pause = TimeSpan.FromTicks(Math.Min(2 * pause.Ticks, LongestPause.Ticks)))
        {
            try
            {
                store.Write(write.Kind, write.Content.Span);
                _stuck.TryRemove(write.Kind, out _);
                _done.Enqueue((write.Kind, write.Ticket));
                done();
                return;
            }
            catch (Exception problem)
            {
                // Whatever it is: a node that can't write is as good as any other, but for what has to be written.
                _stuck[write.Kind] = $"{store.PathOf(write.Kind)} can't be written: {problem.Message.TrimEnd('.')}.";
                reporter.LogNotWritten(problem, store.PathOf(write.Kind), pause);
            }
            try
            {
                await Task.Delay(pause, time, _stopping.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
