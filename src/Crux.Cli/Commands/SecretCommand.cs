using System.CommandLine;
using Crux.Cli.Json;
using Crux.Cli.Text;
using Crux.Node.Security;

namespace Crux.Cli.Commands;

/// <summary><c>crux secret new</c>: makes a flock. Needs no node.</summary>
internal static class SecretCommand
{
    private const string DefaultName = "flock";

    public static Command Create(Terminal terminal, GlobalOptions options) => new TaughtCommand("secret", "Makes and replaces the secret that a flock's machines share.")
    {
        CreateNew(terminal, options),
        SecretReplaceCommand.Create(terminal, options),
    };

    private static TaughtCommand CreateNew(Terminal terminal, GlobalOptions options)
    {
        var name = new Argument<string>("NAME") { Description = "What the flock is called", DefaultValueFactory = _ => DefaultName };
        name.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } given && !NameRules.Holds(given))
                result.AddError($"'{given}' is no name for a flock: it needs {NameRules.InWords}.");
        });
        var folder = new Option<string>("--out") { Description = "The folder to put both files into", HelpName = "DIR", DefaultValueFactory = _ => "." };
        var command = new TaughtCommand("new", "Makes two files, readable by you alone: the flock file for every machine, and the operator key that you keep.")
        {
            Examples = [("crux secret new prod", "prod.flock and prod.operator, here"), ("crux secret new prod --out ~/keys", "somewhere safe")],
        };
        command.Add(name);
        command.Add(folder);
        command.SetAction((parsed, token) =>
        {
            var run = new CommandRun(terminal, options, parsed);
            return run.GuardAsync(_ => Task.FromResult(Make(run, parsed.GetValue(name)!, parsed.GetValue(folder)!)), token);
        });
        return command;
    }

    private static int Make(CommandRun run, string name, string folder)
    {
        var (flockPath, keyPath) = (Path.GetFullPath(Path.Combine(folder, $"{name}.flock")), Path.GetFullPath(Path.Combine(folder, $"{name}.operator")));
        if (!Directory.Exists(folder))
            throw new Failure(ExitCode.Refused, $"There is no folder {Path.GetFullPath(folder)}. Make it with 'mkdir -m 700 -p {folder}'.");
        // Both are looked for first: a pair of which one half is old opens nothing.
        foreach (var path in new[] { flockPath, keyPath })
        {
            if (Path.Exists(path))
                throw new Failure(ExitCode.Refused, $"{path} is there already, and is not overwritten: a lost secret locks its flock out. Choose another NAME, or move it away.");
        }
        using var key = OperatorKey.Create();
        var flock = FlockFile.Create(key.PublicKey);
        try
        {
            key.Write(keyPath);
            flock.Write(flockPath);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // Neither was there a moment ago; half a pair would stand in the way of the next try.
            File.Delete(keyPath);
            throw new Failure(ExitCode.Refused, $"The files can't be written to {Path.GetFullPath(folder)}: {problem.Message} Name another folder with --out.");
        }
        run.Answer(
            () => new SecretJson(name, flockPath, keyPath, flock.Fingerprint),
            terminal =>
            {
                terminal.Out.WriteLine($"{new Cell(flockPath, Tone.Strong).For(terminal)}");
                Paragraph.Write(terminal.Out, terminal, new Cell(" "), $"for every machine's image (fingerprint {flock.Fingerprint}). Who has it may join.");
                terminal.Out.WriteLine($"{new Cell(keyPath, Tone.Strong).For(terminal)}");
                Paragraph.Write(terminal.Out, terminal, new Cell(" "), "stays with you, off the machines, with a copy in a safe. It signs what changes trust.");
                terminal.Out.WriteLine();
                terminal.Out.WriteLine("Next, on each machine:");
                terminal.Out.WriteLine($"  install -m 600 {Path.GetFileName(flockPath)} /etc/crux/");
                terminal.Out.WriteLine($"  fulcrum run --flock {name} --bloc main --flock-file /etc/crux/{Path.GetFileName(flockPath)}");
            });
        return ExitCode.Ok;
    }
}
