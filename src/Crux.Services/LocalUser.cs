namespace Crux.Services;

/// <summary>A feature of connections over the Unix socket whose user has a share and no more; root's and the daemon's own don't have it.</summary>
/// <param name="Id">As the kernel says.</param>
public sealed record LocalUser(uint Id);
