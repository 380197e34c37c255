using Crux.Machines.Trust;

namespace Crux.Cli.Json;

/// <summary>Keys that were taken back.</summary>
internal sealed record KeyBanJson(string NodeId, string Service, string To, uint SinceRevision, bool ForGood)
{
    public static KeyBanJson Of(KeyBan ban) => new(ban.Node.ToString(), ban.Service, ban.To, ban.Since, ban.IsForGood);
}
