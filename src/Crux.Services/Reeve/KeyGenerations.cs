using System.Collections.Immutable;

namespace Crux.Services.Reeve;

/// <summary>
/// Says when this node's processes take new keys: once in a period, and when somebody asks. Every key that the node signs carries the
/// generation; whoever sees a newer one takes those from before the oldest no more.
/// </summary>
/// <remarks>Thread-safe. A turn is remembered before anybody hears of it.</remarks>
public sealed class KeyGenerations : IDisposable
{
    /// <summary>Services with a generation of their own; to turn one more turns all.</summary>
    public const int MaxNamed = 256;

    /// <summary>Time between two turns of all keys, unless told otherwise.</summary>
    public static readonly TimeSpan DefaultPeriod = TimeSpan.FromHours(24);

    /// <summary>Where turning must wait (no steward could spread the new keys), it is looked again after this.</summary>
    public static readonly TimeSpan Recheck = TimeSpan.FromMinutes(1);

    // Nodes that started together must not turn together: a tenth of the period earlier or later.
    private const double Spread = 0.1;

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly TimeSpan _period;
    private readonly Action<KeyBook> _keep;
    private readonly Func<bool> _mayTurn;
    private readonly ITimer _timer;
    private readonly Latest<KeyBook> _book;

    /// <param name="time">For the schedule.</param>
    /// <param name="period">Time between two turns of all; infinite for none.</param>
    /// <param name="remembered">What was kept before; null where nothing was.</param>
    /// <param name="keep">Keeps a book for the next start; throws where it can't.</param>
    /// <param name="mayTurn">Whether a scheduled turn may happen now.</param>
    public KeyGenerations(TimeProvider time, TimeSpan period, KeyBook? remembered, Action<KeyBook> keep, Func<bool> mayTurn)
    {
        (_time, _period, _keep, _mayTurn) = (time, period, keep, mayTurn);
        _book = new(remembered ?? KeyBook.New(time.GetUtcNow()));
        if (remembered is null)
            keep(_book.Current);
        _timer = time.CreateTimer(_ => TurnIfDue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Generations that nobody turns and nothing remembers: for hosts without a disk of their own.</summary>
    public static KeyGenerations Passing() => new(TimeProvider.System, Timeout.InfiniteTimeSpan, null, _ => { }, () => true);

    /// <summary>What holds now.</summary>
    public KeyBook Current => _book.Current;

    /// <summary>Whose keys they are.</summary>
    public SignedNames SignedFor { get; } = new();

    /// <summary>Begins to keep the schedule.</summary>
    public void Start()
    {
        if (_period != Timeout.InfiniteTimeSpan)
            Schedule(UntilDue());
    }

    /// <summary>Turns a service's keys, or everybody's where none is named.</summary>
    /// <param name="service">A service or client; empty for all.</param>
    /// <param name="atOnce">The keys before count no more; otherwise the last ones do until the next turn.</param>
    /// <exception cref="IOException">The turn can't be remembered, so there was none.</exception>
    public KeyGeneration Turn(string service, bool atOnce)
    {
        lock (_gate)
        {
            var book = _book.Current;
            var number = book.Highest + 1;
            KeyGeneration Next(KeyGeneration before) => new(number, atOnce ? number : before.Number);
            var isAll = service.Length == 0 || (book.Named.Count >= MaxNamed && !book.Named.ContainsKey(service));
            var next = isAll
                ? new KeyBook(Next(book.Others), book.Named.ToImmutableSortedDictionary(pair => pair.Key, pair => Next(pair.Value), StringComparer.Ordinal), _time.GetUtcNow().ToUnixTimeMilliseconds())
                : book with { Named = book.Named.SetItem(service, Next(book.Of(service))) };
            _keep(next);
            _book.Publish(next);
            return next.Of(service);
        }
    }

    /// <summary>The book now, and after every turn. A slow reader skips to the newest.</summary>
    public IAsyncEnumerable<KeyBook> WatchAsync(CancellationToken cancellationToken) => _book.WatchAsync(cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void TurnIfDue()
    {
        if (!_mayTurn())
        {
            Schedule(Recheck);
            return;
        }
        try
        {
            Turn("", atOnce: false);
            Schedule(_period * (1 - Spread + (2 * Spread * Random.Shared.NextDouble())));
        }
        catch (IOException)
        {
            // A disk that refuses is told of elsewhere; the keys that count now go on counting.
            Schedule(Recheck);
        }
    }

    // The wall clock only says how long ago the last turn was: one that is wrong makes the next come early or late, by a period at most.
    private TimeSpan UntilDue()
    {
        var since = _time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(_book.Current.TurnedUnixMs);
        var left = since < TimeSpan.Zero ? _period : since > _period ? TimeSpan.Zero : _period - since;
        return left + (_period * (Spread * Random.Shared.NextDouble()));
    }

    private void Schedule(TimeSpan after) => _timer.Change(after, Timeout.InfiniteTimeSpan);
}
