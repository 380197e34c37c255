using System.Diagnostics.CodeAnalysis;
using Crux.Machines.Health;
using Crux.Protos;
using HealthLevel = Crux.Machines.Health.HealthLevel;
using HealthLine = Crux.Machines.Health.HealthLine;

namespace Crux.Services.Health;

/// <summary>Questions about the past, and their answers, between their message form and the machine's own.</summary>
internal static class HealthQuestionShape
{
    /// <summary>The longest window that may be asked for.</summary>
    public static readonly TimeSpan LongestWindow = TimeSpan.FromDays(14);

    /// <summary>The most lines in one answer.</summary>
    public const int MaxLines = 10_000;

    private const int LinesPerPart = 500;

    /// <summary>Reads a question, or says what would be a right one.</summary>
    public static bool TryRead(ShowHealthRequest request, string group, long nowUnixMs, [NotNullWhen(true)] out HealthQuestion? question, [NotNullWhen(false)] out string? problem)
    {
        question = null;
        var selector = request.Selector ?? new Protos.Selector();
        problem = selector.Group.Length > 0 && selector.Group != group ? $"This is group '{group}', and it knows nothing of '{selector.Group}'."
            : selector.Api.Length == 0 && selector.Version.Length > 0 ? "A version alone selects nothing: name its api."
            : request.Level is < Protos.HealthLevel.Place or > Protos.HealthLevel.Group ? "Say what each line should be about: a place, an instance, a service, a node or the group."
            : request.SinceMs <= 0 || request.SinceMs > (long)LongestWindow.TotalMilliseconds ? $"Look back by more than nothing and at most {LongestWindow.TotalDays:0} days."
            : request.Pieces > HealthQuestion.MaxPieces ? $"A timeline has at most {HealthQuestion.MaxPieces} signs."
            : null;
        if (problem is not null)
            return false;
        question = new HealthQuestion((HealthLevel)request.Level, selector.Api, selector.Version, request.Node, nowUnixMs - request.SinceMs, nowUnixMs, (int)request.Pieces);
        return true;
    }

    /// <summary>An answer in parts; always at least one.</summary>
    public static IEnumerable<ShowHealthReply> ToParts(HealthQuestion question, IReadOnlyList<HealthLine> lines, long sinceUnixMs, string answeredBy, string note)
    {
        var shown = Math.Min(lines.Count, MaxLines);
        for (var first = 0; first == 0 || first < shown; first += LinesPerPart)
        {
            var part = new ShowHealthReply
            {
                FromUnixMs = question.FromUnixMs,
                UntilUnixMs = question.UntilUnixMs,
                SinceUnixMs = sinceUnixMs == long.MaxValue ? 0 : sinceUnixMs,
                Note = note,
                Omitted = (uint)(lines.Count - shown),
                AnsweredBy = answeredBy,
            };
            part.Lines.AddRange(lines.Skip(first).Take(Math.Min(LinesPerPart, shown - first)).Select(ToProto));
            yield return part;
        }
    }

    private static Protos.HealthLine ToProto(HealthLine line)
    {
        var message = new Protos.HealthLine
        {
            Level = (Protos.HealthLevel)line.Level,
            Name = line.Name,
            Node = line.Node,
            State = (Protos.HealthState)line.State,
            Reason = line.Reason,
            Up = (uint)line.Up,
            Expected = (uint)line.Expected,
            Tally = HealthBookShape.ToProto(line.Tally),
            ChangeCount = (uint)line.ChangeCount,
            Timeline = line.Timeline,
        };
        message.Changes.AddRange(line.Changes.Select(HealthBookShape.ToProto));
        return message;
    }
}
