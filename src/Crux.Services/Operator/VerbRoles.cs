using Crux.Machines.Flock.Authority;
using Crux.Protos;
using Google.Protobuf.Reflection;

namespace Crux.Services.Operator;

/// <summary>The role that each call of an operator takes.</summary>
public static class VerbRoles
{
    // What an order says it proves itself, by its signature: whoever brings it.
    private static readonly string[] Signed = [nameof(Protos.Operator.OperatorClient.PlaceOrder), nameof(Protos.Operator.OperatorClient.OfferSecret), nameof(RuleDesk.RuleDeskClient.PlaceRules)];

    private static readonly Dictionary<string, OperatorRole> Roles = Read();

    /// <summary>The role that a call takes; null where it is none of an operator's.</summary>
    /// <param name="path">As gRPC sends it: <c>/crux.v1.Operator/GetStatus</c>.</param>
    public static OperatorRole? For(string path) => Roles.TryGetValue(path, out var role) ? role : null;

    private static Dictionary<string, OperatorRole> Read()
    {
        var roles = new Dictionary<string, OperatorRole>(StringComparer.Ordinal);
        foreach (var service in (ServiceDescriptor[])[Protos.Operator.Descriptor, RuleDesk.Descriptor, HealthDesk.Descriptor, KeyNames.Descriptor])
        {
            foreach (var method in service.Methods)
            {
                var isView = Signed.Contains(method.Name) || method.GetOptions()?.IdempotencyLevel == MethodOptions.Types.IdempotencyLevel.NoSideEffects;
                roles.Add($"/{service.FullName}/{method.Name}", isView ? OperatorRole.View : OperatorRole.Operate);
            }
        }
        return roles;
    }
}
