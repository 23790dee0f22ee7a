package data

import "testing"

func TestEasyPasswords(t *testing.T) {
	// A password that many people have, that is one piece or a row of keys again
	// and again, or that is made of its owner's names is refused, however it is
	// written; one that a person thinks up is not.
	t.Parallel()
	own := []string{"Camille Durand", "camille.durand@atelier-horizon.fr", "Atelier Horizon"}
	for password, want := range map[string]Problem{
		"motdepasse12": Common, "Motdepasse2024!": Common, "MOTDÉPASSE-2026": Common, "password1234": Common, "P@ssw0rd1234": Common, "passwordadmin": Common,
		"iloveyouforever": Common, "correcthorsebatterystaple": Common, "1q2w3e4r5t6y": Common, "Bienvenue2026": Common, "je t’aime fort 12": Common,
		"aaaaaaaaaaaa": Plain, "abababababab": Plain, "g7kg7kg7kg7k": Plain, "xk29vbxk29vb": Plain, "123456789012": Plain, "azertyuiop12": Common, "zzzzzzxxxxxx": Plain,
		"nbvcxwmlkjhgfdsq": Common, "poiuytrezaml": Plain, "lkjhgfdsqmlk9": Plain,
		"camille-durand": Own, "CamilleDurand75": Own, "Atelier.Horizon!": Own, "atelierhorizonfr": Own, "durand@atelier": Own,
		"camille dort sous la table": "", "correct horse battery": "", "douze lettres au moins": "", "carnet-demo-2026": "", "Kx8!vbQ2#mLp": "", "le vélo vert de Luc": "", "829473610285": "",
	} {
		var c checker
		checkPassword(&c, "password", password, own...)
		got := Problem("")
		if len(c.problems) > 0 {
			got = c.problems[0].Problem
		}
		if got != want {
			t.Errorf("%q: %q, want %q", password, got, want)
		}
	}
}
