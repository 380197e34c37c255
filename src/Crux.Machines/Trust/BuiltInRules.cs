namespace Crux.Machines.Trust;

/// <summary>The rules about Crux's own services. They come with it, hold beside an operator's, and can't be dropped.</summary>
public static class BuiltInRules
{
    /// <summary>What a node is called where it calls another.</summary>
    public const string Reeve = "crux.reeve";

    /// <summary>What the registry's service is called.</summary>
    public const string Steward = "crux.steward";

    /// <summary>What the service of the availability history is called.</summary>
    public const string Healthminder = "crux.healthminder";

    /// <summary>The rules.</summary>
    public static IReadOnlyList<TrustRule> All { get; } =
    [
        // Whether somebody is well may be asked by anybody in the flock.
        new(TrustEffect.Allow, Everybody, Everybody, ["grpc.health.v1.Health/*"]),
        // The registry and the availability history are for nodes; each node passes on the rules, and says under which names its processes have keys.
        new(TrustEffect.Allow, new(TrustParty.Any, Reeve), new(TrustParty.Any, Steward), ["crux.v1.Steward/*"]),
        new(TrustEffect.Allow, new(TrustParty.Any, Reeve), new(TrustParty.Any, Healthminder), ["crux.v1.Healthminder/*"]),
        new(TrustEffect.Allow, new(TrustParty.Any, Reeve), new(TrustParty.Any, Reeve), ["crux.v1.RulePeers/*"]),
        new(TrustEffect.Allow, new(TrustParty.Any, Reeve), new(TrustParty.Any, Reeve), ["crux.v1.KeyNamePeers/*"]),
    ];

    private static TrustParty Everybody => new(TrustParty.Any, TrustParty.Any);
}
