using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Crux.Services.Operator;

/// <summary>
/// Log levels that an operator has set for a while. The node's logging asks <see cref="Find"/> for each record, so a change acts at
/// once, and the configured level returns by itself.
/// </summary>
/// <remarks>Thread-safe. Reading takes no lock.</remarks>
public sealed class LogLevelOverrides(TimeProvider time) : IDisposable
{
    /// <summary>How many categories may be overridden at once.</summary>
    public const int MaxOverrides = 64;

    /// <summary>How many categories are remembered as having spoken.</summary>
    public const int MaxSpeakers = 1_024;

    /// <summary>The shortest and the longest time that an override may last.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1), Longest = TimeSpan.FromHours(24);

    private const string Ours = "Crux.";
    private const int MaxNamed = 20;

    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, bool> _speakers = new(StringComparer.OrdinalIgnoreCase);
    private readonly SortedDictionary<string, Held> _held = new(StringComparer.OrdinalIgnoreCase);
    // Longest category first, so that the first fit is the closest one.
    private volatile Held[] _byLength = [];

    /// <summary>After a set or an expiry, outside any lock: the moment to drop what was cached of levels.</summary>
    public event Action? Changed;

    /// <summary>Whether any override stands: one field read.</summary>
    public bool Any => _byLength.Length > 0;

    /// <summary>The level that an operator wants for <paramref name="category"/>, from the closest category above it; null where nobody said.</summary>
    public LogLevel? Find(string category)
    {
        foreach (var held in _byLength)
        {
            if (Covers(held.Category, category))
                return held.Level;
        }
        return null;
    }

    /// <summary>A logger of this category asked whether to speak.</summary>
    public void Heard(string category)
    {
        if (!_speakers.ContainsKey(category) && _speakers.Count < MaxSpeakers)
            _speakers.TryAdd(category, true);
    }

    /// <summary>A warning where no logger that ever asked is covered by <paramref name="category"/>, most likely a slip of the pen; null where one is, or none asked yet.</summary>
    public string? Doubt(string category)
    {
        if (_speakers.IsEmpty || _speakers.Keys.Any(speaker => Covers(category, speaker)))
            return null;
        var known = _speakers.Keys.Order(StringComparer.Ordinal).Take(MaxNamed);
        return $"No logger of this node that has spoken so far is called {category} or lies beneath it. Those that have: {string.Join(", ", known)}. Is it spelt right? 'crux log list' shows what is set.";
    }

    /// <summary>Sets the level of a category and everything beneath it, in place of what was set for that very category before.</summary>
    /// <param name="category"><c>Crux.Flock</c> (a feature, in whichever project its code lives), <c>Microsoft.AspNetCore</c>; empty for every category.</param>
    /// <param name="level">The least level that is logged.</param>
    /// <param name="expiresIn">From <see cref="Shortest"/> to <see cref="Longest"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time is out of range.</exception>
    /// <exception cref="InvalidOperationException">There are <see cref="MaxOverrides"/> already.</exception>
    public void Set(string category, LogLevel level, TimeSpan expiresIn)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(expiresIn, Shortest);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(expiresIn, Longest);
        lock (_gate)
        {
            if (!_held.ContainsKey(category) && _held.Count >= MaxOverrides)
                throw new InvalidOperationException($"{MaxOverrides} log levels are overridden already; wait until one has expired.");
            if (_held.Remove(category, out var before))
                before.Alarm.Dispose();
            var held = new Held(category, level, time.GetTimestamp(), expiresIn);
            held.Alarm = time.CreateTimer(_ => Expire(held), null, expiresIn, Timeout.InfiniteTimeSpan);
            _held.Add(category, held);
            Republish();
        }
        Changed?.Invoke();
    }

    /// <summary>What stands now, by category, with the time that is left.</summary>
    public IReadOnlyList<(string Category, LogLevel Level, TimeSpan ExpiresIn)> List()
    {
        lock (_gate)
            return [.. _held.Values.Select(held => (held.Category, held.Level, Left(held)))];
    }

    /// <summary>Drops every override.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var held in _held.Values)
                held.Alarm.Dispose();
            _held.Clear();
            Republish();
        }
    }

    private void Expire(Held held)
    {
        lock (_gate)
        {
            // A later Set may have taken its place after the alarm had gone off.
            if (!_held.TryGetValue(held.Category, out var current) || current != held)
                return;
            _held.Remove(held.Category);
            held.Alarm.Dispose();
            Republish();
        }
        Changed?.Invoke();
    }

    private void Republish() => _byLength = [.. _held.Values.OrderByDescending(held => held.Category.Length)];

    private TimeSpan Left(Held held)
    {
        var left = held.ExpiresIn - time.GetElapsedTime(held.SetAt);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    // An operator thinks in features, code lives in projects: Crux.Flock means Crux.Node.Flock and whatever else is called so.
    private static bool Covers(string category, string asked) =>
        IsAbove(category, asked) || (IsOurs(category) && IsOurs(asked) && IsAbove(category.AsSpan(Ours.Length), WithoutProject(asked)));

    private static bool IsOurs(string category) => category.StartsWith(Ours, StringComparison.OrdinalIgnoreCase);

    private static ReadOnlySpan<char> WithoutProject(string category)
    {
        var rest = category.AsSpan(Ours.Length);
        return rest[(rest.IndexOf('.') + 1)..];
    }

    private static bool IsAbove(ReadOnlySpan<char> category, ReadOnlySpan<char> asked) =>
        category.IsEmpty
        || (asked.StartsWith(category, StringComparison.OrdinalIgnoreCase) && (asked.Length == category.Length || asked[category.Length] == '.'));

    private sealed class Held(string category, LogLevel level, long setAt, TimeSpan expiresIn)
    {
        public string Category => category;
        public LogLevel Level => level;
        public long SetAt => setAt;
        public TimeSpan ExpiresIn => expiresIn;
        public ITimer Alarm { get; set; } = null!;
    }
}
