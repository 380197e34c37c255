using Crux.Cli.Text;
using Crux.Protos;

namespace Crux.Cli.Json;

/// <summary>Who leads, for how long as this node saw it, and by what right.</summary>
internal sealed record LeaderJson(string Id, string Name, double ForSeconds, string Grade, double? LeaseLeftSeconds, IReadOnlyList<string> Voters)
{
    public static LeaderJson? Of(GetStatusReply status) => status.LeaderId.IsEmpty ? null : new(
        Words.Hex(status.LeaderId), status.LeaderName, status.LeaderFor.ToTimeSpan().TotalSeconds, Words.GradeOf(status),
        status.LeaseLeft?.ToTimeSpan().TotalSeconds, [.. status.Voters]);
}
