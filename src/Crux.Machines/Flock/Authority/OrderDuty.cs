namespace Crux.Machines.Flock.Authority;

/// <summary>Who does orders of one kind.</summary>
/// <param name="Check">
/// Asked only on the node where the order is placed, before anything else happens: what is wrong with it, for the operator to read; null
/// where nothing is.
/// </param>
/// <param name="Apply">
/// Called once on every member, as soon as it learns of the order. A node that comes days later learns of it too, and one that
/// crashes in between may do it twice: it must make no difference then.
/// </param>
internal sealed record OrderDuty(Func<OperatorOrder, string?> Check, Action<OperatorOrder> Apply);
