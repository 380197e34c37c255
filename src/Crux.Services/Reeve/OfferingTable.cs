using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Crux.Machines.Registry;

namespace Crux.Services.Reeve;

/// <summary>The published answers by selector. The reeve's loop writes; anybody reads, with one dictionary hit and no lock.</summary>
internal sealed class OfferingTable(MonotonicClock clock, TimeSpan firstAnswerWait)
{
    private readonly ConcurrentDictionary<Selector, Offering> _offerings = new();

    /// <summary>Finds what is published for a selector, and notes that somebody asked.</summary>
    public bool TryFind(Selector selector, [NotNullWhen(true)] out Offering? offering)
    {
        if (!_offerings.TryGetValue(selector, out offering))
            return false;
        offering.MarkUsed();
        return true;
    }

    /// <summary>Whether anything is published for a selector.</summary>
    public bool Has(Selector selector) => _offerings.ContainsKey(selector);

    /// <summary>What is published for a selector that the machine follows.</summary>
    public Offering Of(Selector selector) => _offerings[selector];

    /// <summary>The selectors that somebody asked for since the last call. In no fixed order, and none is needed.</summary>
    public IEnumerable<Selector> TakeUsed() => _offerings.Where(pair => pair.Value.TakeUsed()).Select(pair => pair.Key);

    /// <summary>Publishes a newer answer, or drops the selector, and tells the watchers what they should hear.</summary>
    public void Publish(Instant now, AnswerChange change)
    {
        if (change.Answer is not { } answer)
        {
            _offerings.TryRemove(change.Selector, out _);
            return;
        }
        if (!_offerings.TryGetValue(change.Selector, out var offering))
            offering = _offerings[change.Selector] = new Offering(answer, now + firstAnswerWait);
        offering.Publish(answer);
        if (!change.IsNews)
            return;
        foreach (var watcher in offering.Watchers)
            watcher.Writer.TryWrite(offering.Reply);
    }

    /// <summary>Whether a first question about this should wait for the steward now.</summary>
    public bool ShouldWait(Offering offering) => !offering.Answer.IsComplete && clock.Now() < offering.SettlesBy;

    /// <summary>Waits for <paramref name="news"/>, and no longer than a first question may.</summary>
    public async Task WaitAsync(Offering offering, Task news, CancellationToken cancellationToken)
    {
        var left = offering.SettlesBy - clock.Now();
        if (left <= TimeSpan.Zero)
            return;
        await news.WaitAsync(left, clock.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Ends every watch. Only after the loop has ended.</summary>
    public void EndWatches()
    {
        foreach (var watcher in _offerings.Values.SelectMany(offering => offering.Watchers))
            watcher.Writer.TryComplete();
    }
}
