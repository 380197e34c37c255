using System.Collections.Immutable;

namespace Crux.Machines.Health;

/// <summary>The lines of a report, as histories are added up.</summary>
internal sealed class HealthSheet(HealthQuestion question, string group)
{
    private readonly SortedDictionary<string, Sum> _sums = new(StringComparer.Ordinal);
    private readonly HealthMarks[] _pieces = new HealthMarks[question.Pieces];

    /// <summary>One history more. They come ordered by service, then by node.</summary>
    public void Add(HealthSeries series)
    {
        Array.Clear(_pieces);
        var tally = series.Survey(question.FromUnixMs, question.UntilUnixMs, _pieces);
        if (tally.TotalMs == 0)
            return;
        var (key, name) = NameOf(series);
        if (!_sums.TryGetValue(key, out var sum))
            _sums.Add(key, sum = new Sum(name, question.Pieces));
        sum.Add(series, tally, _pieces, question.FromUnixMs);
    }

    /// <summary>The lines, ordered by name.</summary>
    public IEnumerable<HealthLine> Lines() => _sums.Values.Select(sum => sum.ToLine(question));

    private (string Key, string Name) NameOf(HealthSeries series) => question.Level switch
    {
        HealthLevel.Place => ($"{series.Subject.Instance}\n{series.Subject.Node}", series.Subject.Instance.ToString()),
        HealthLevel.Instance => Same(series.Subject.Instance.ToString()),
        HealthLevel.Service => Same(series.Subject.Instance.Api),
        HealthLevel.Node => (series.Subject.Node.ToString(), series.NodeName),
        _ => Same(group),
    };

    private static (string, string) Same(string name) => (name, name);

    private sealed class Sum(string name, int pieces)
    {
        private readonly HealthMarks[] _marks = new HealthMarks[pieces];
        private HealthTally _tally;
        private HealthSeries? _last;
        private int _up, _expected, _draining, _unknown, _changes, _count;

        public void Add(HealthSeries series, HealthTally tally, ReadOnlySpan<HealthMarks> marks, long from)
        {
            _tally += tally;
            for (var i = 0; i < marks.Length; i++)
                _marks[i] |= marks[i];
            var state = series.Last.State;
            _up += state == HealthState.Up ? 1 : 0;
            _draining += state == HealthState.Draining ? 1 : 0;
            _unknown += state == HealthState.Unknown ? 1 : 0;
            _expected += state == HealthState.Left ? 0 : 1;
            _changes += series.CountSince(from);
            _last = series;
            _count++;
        }

        public HealthLine ToLine(HealthQuestion question)
        {
            var isPlace = question.Level == HealthLevel.Place;
            return new HealthLine
            {
                Level = question.Level,
                Name = name,
                Node = isPlace ? _last!.NodeName : "",
                State = _count == 1 ? _last!.Last.State
                    : _up > 0 ? HealthState.Up
                    : _draining > 0 ? HealthState.Draining
                    : _unknown > 0 ? HealthState.Unknown
                    : _expected > 0 ? HealthState.Down : HealthState.Left,
                Reason = _count == 1 ? _last!.Last.Reason : "",
                Up = _up,
                Expected = _expected,
                Tally = _tally,
                ChangeCount = _changes,
                Timeline = string.Concat(_marks.Select(mark => mark.Sign)),
                Changes = isPlace ? _last!.Since(question.FromUnixMs) : ImmutableArray<HealthChange>.Empty,
            };
        }
    }
}
