using System.Diagnostics.CodeAnalysis;
using Crux.Machines.Trust;
using Crux.Protos;

namespace Crux.Services.Trust;

/// <summary>Rules as messages.</summary>
internal static class RuleShape
{
    /// <summary>Targets that one process may watch; as many points as it may have.</summary>
    public const int MaxTargets = 1_024;

    /// <summary>Callers that one service names as expected.</summary>
    public const int MaxExpected = 64;

    private const int MaxPathLength = 256;

    public static TargetRules ToProto(RuleSet set, string group, InstanceName instance)
    {
        var name = instance.ToString();
        var reply = new TargetRules { Mode = (RuleMode)set.ModeOf(group, name, instance.Api) };
        reply.Rules.AddRange(set.About(group, name, instance.Api).Select(ToProto));
        return reply;
    }

    public static Rule ToProto(TrustRule rule) =>
        new() { Effect = (RuleEffect)rule.Effect, From = ToProto(rule.From), To = ToProto(rule.To), Methods = { rule.Methods } };

    public static RuleParty ToProto(TrustParty party) => new() { Group = party.Group, Name = party.Name };

    public static Protos.KeyBan ToProto(Machines.Trust.KeyBan ban) =>
        new() { NodeId = EntryShape.ToProto(ban.Node), Service = ban.Service, To = ban.To, Since = ban.Since, ForGood = ban.IsForGood };

    public static CallKind ToProto(SeenCalls seen) => new()
    {
        Caller = ToProto(seen.Caller),
        Target = ToProto(seen.Target),
        Path = seen.Path,
        Denied = seen.Denied,
        Passed = seen.Passed,
        Count = seen.Count,
        FirstUnixMs = seen.FirstUnixMs,
        LastUnixMs = seen.LastUnixMs,
    };

    /// <summary>Reads what a process reports; false where it makes no sense, or would look like something else on a terminal.</summary>
    public static bool TryRead(CallKind call, out TrustParty caller, out TrustParty target)
    {
        caller = target = default;
        return TryRead(call.Caller, out caller) && TryRead(call.Target, out target) && call.Path.Length <= MaxPathLength && call.Path.All(char.IsAscii) && !call.Path.Any(char.IsControl);
    }

    /// <summary>Reads a target; an empty group is the flock's own.</summary>
    public static bool TryRead(ServedTarget target, string ownGroup, [NotNullWhen(true)] out InstanceName? instance, out string group, [NotNullWhen(false)] out string? problem)
    {
        group = target.Group.Length == 0 ? ownGroup : target.Group;
        if (!InstanceName.TryParse(target.Instance, out instance, out problem))
            return false;
        problem = !NameRules.Holds(group) ? $"'{group}' is not a group: it needs {NameRules.InWords}."
            : target.Expects.Count > MaxExpected ? $"A service names at most {MaxExpected} callers that it expects."
            : target.Expects.Any(caller => !TrustParty.TryParse(caller, ownGroup, out _, out _)) ? "An expected caller is written as 'web' or 'GROUP/web'."
            : null;
        return problem is null;
    }

    private static bool TryRead(RuleParty? party, out TrustParty read)
    {
        read = party is null ? default : new(party.Group, party.Name);
        return party is not null && NameRules.Holds(party.Group) && NameRules.Holds(party.Name);
    }
}
